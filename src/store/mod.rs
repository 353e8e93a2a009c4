//! The case file: schema, transactions, audit chain, chunks, row index, postings. Alone speaks SQL.
