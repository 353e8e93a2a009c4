//! Detached threads with progress, cancel and wake; knows neither screen nor SQL.
