//! Bytes to text to records: detection, decoding, formats, times. Knows no SQL, no files, no screen.
