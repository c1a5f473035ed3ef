// Dates as people write them, to days since 1970-01-01 (proleptic Gregorian).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::ingest {

/// The formats a Date column may have. %Y four digits; %m and %d one or two (exactly two in
/// %Y%m%d). With a time part a cell may also lack the seconds, the whole time, or carry a fraction
/// and a zone ("Z", "+08:00"): the date as written counts, no zone is applied. T and a space are
/// the same there.
inline constexpr std::array<std::string_view, 15> kDateFormats = {
    "%Y-%m-%d",          "%Y/%m/%d",          "%Y%m%d",
    "%d/%m/%Y",          "%m/%d/%Y",          "%d.%m.%Y",
    "%d-%m-%Y",          "%Y.%m.%d",          "%Y年%m月%d日",
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S"};

/// An index into kDateFormats ("%Y-%m-%dT%H:%M:%S" is the one with a space), or nothing.
[[nodiscard]] std::optional<std::size_t> find_date_format(std::string_view format);

/// Days since 1970-01-01; nothing when `text` (trimmed) is not of that format or no such day
/// exists. Years 1 to 9999. REQUIRES: format < kDateFormats.size().
[[nodiscard]] std::optional<std::int32_t> parse_day(std::string_view text, std::size_t format);

/// "2024-03-10". REQUIRES: the years 1 to 9999.
[[nodiscard]] std::string day_text(std::int32_t day);

}  // namespace tagline::ingest
