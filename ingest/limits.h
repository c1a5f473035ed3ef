// The limits of loading: value, unit, reason. Each has a test that reaches it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tagline::ingest {

/// Bytes of one cell. Far beyond any name or number; a cell that grows past it is nearly always a
/// quote that was never closed, and must not swallow the rest of the file.
inline constexpr std::size_t kFieldBytesMax = std::size_t{1} << 20U;
/// Bytes of one row (CSV) or line (NDJSON): what is held in memory at once to be able to show it as
/// a reject.
inline constexpr std::size_t kRowBytesMax = std::size_t{4} << 20U;
/// Columns of one file. Every column is a tag, and each costs memory for the whole load.
inline constexpr std::size_t kColumnsMax = 4096;
/// Values of one category or set tag: a tag with more is an identifier or free text, which bitmaps
/// do not help.
inline constexpr std::size_t kValuesMax = 1'000'000;
/// Different events one load may bring: events are kinds of things done, a few dozens anywhere;
/// what they were done to is a key. They are numbered in 10 bits (staged_event.h).
inline constexpr std::size_t kEventsMax = 1000;
/// Digits after the point of a number tag: 10^9 leaves nine digits before the point of an int64.
inline constexpr unsigned kScaleMax = 9;
/// Bytes of the beginning of a file that inference reads (decompressed): 200,000 rows of ordinary
/// width.
inline constexpr std::size_t kSampleBytes = std::size_t{32} << 20U;

}  // namespace tagline::ingest
