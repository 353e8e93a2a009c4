//! Arguments in, text and JSON Lines out.
