//! The move from the old eID to its successor, as a board.
