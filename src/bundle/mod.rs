//! What leaves and what arrives: policy, sanitiser, writers, bag, signatures, seal, verification.
