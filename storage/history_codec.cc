#include "storage/history_codec.h"

#include "storage/record_codec.h"

#include <cstdint>
#include <limits>
#include <string>

namespace tagline::storage {
namespace {

constexpr std::uint64_t kHistoryVersion = 1;
constexpr std::uint64_t kSpreadVersion = 1;

void put_optional(std::optional<std::uint64_t> number, RecordWriter& out) {
  out.varint(number.has_value() ? *number + 1 : 0);
}

std::optional<std::uint64_t> take_optional(RecordReader& in) {
  const std::uint64_t number = in.varint();
  return number == 0 ? std::nullopt : std::optional(number - 1);
}

std::uint32_t take_u32(RecordReader& in, bool& fits) {
  const std::uint64_t number = in.varint();
  fits = fits && number <= std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(number);
}

HistoryPoint take_point(RecordReader& in, bool& fits) {
  HistoryPoint point;
  point.taken_s = in.zigzag();
  point.day = in.zigzag();
  point.count = in.varint();
  point.population = in.varint();
  point.version = in.varint();
  point.rule = take_u32(in, fits);
  point.entered = take_optional(in);
  point.left = take_optional(in);
  point.row = take_u32(in, fits);
  return point;
}

Spread take_day(RecordReader& in, bool& fits) {
  Spread spread;
  spread.day = in.zigzag();
  spread.taken_s = in.zigzag();
  spread.population = in.varint();
  spread.known = in.varint();
  const std::size_t parts = in.count();
  for (std::size_t i = 0; i < parts && !in.at_end(); ++i) {
    const std::uint32_t part = take_u32(in, fits);
    fits = fits && (spread.parts.empty() || part > spread.parts.back().first);
    spread.parts.emplace_back(part, in.varint());
  }
  return spread;
}

}  // namespace

void encode(const HistoryRecord& history, RecordWriter& out) {
  out.varint(kHistoryVersion);
  out.varint(history.field);
  out.varint(history.points.size());
  for (const HistoryPoint& point : history.points) {
    out.zigzag(point.taken_s);
    out.zigzag(point.day);
    out.varint(point.count);
    out.varint(point.population);
    out.varint(point.version);
    out.varint(point.rule);
    put_optional(point.entered, out);
    put_optional(point.left, out);
    out.varint(point.row);
  }
}

Result<HistoryRecord> decode_history(std::string_view segment, Bytes bytes) {
  HistoryRecord history;
  history.segment = segment;
  RecordReader in(bytes);
  const std::uint64_t version = in.varint();
  bool fits = version == kHistoryVersion;
  history.field = take_u32(in, fits);
  const std::size_t points = in.count();
  for (std::size_t i = 0; i < points && fits && !in.at_end(); ++i) {
    const HistoryPoint point = take_point(in, fits);
    // Each point has rows of its own, later ones further on.
    fits = fits && (history.points.empty() ? point.row >= kFirstHistoryRow
                                           : point.row > history.points.back().row + 1 &&
                                                 point.taken_s > history.points.back().taken_s);
    history.points.push_back(point);
  }
  if (!in.complete() || !fits || history.field == 0 || history.points.size() != points) {
    return damaged_record("the history of \"" + history.segment + "\" cannot be read",
                          "无法读取 \"" + history.segment + "\" 的历史");
  }
  return history;
}

void encode(const SpreadRecord& spread, RecordWriter& out) {
  out.varint(kSpreadVersion);
  out.varint(spread.bounds.size());
  for (const std::int64_t bound : spread.bounds) {
    out.zigzag(bound);
  }
  out.varint(spread.days.size());
  for (const Spread& day : spread.days) {
    out.zigzag(day.day);
    out.zigzag(day.taken_s);
    out.varint(day.population);
    out.varint(day.known);
    out.varint(day.parts.size());
    for (const auto& [part, count] : day.parts) {
      out.varint(part);
      out.varint(count);
    }
  }
}

Result<SpreadRecord> decode_spread(engine::FieldId field, Bytes bytes) {
  SpreadRecord spread;
  spread.field = field;
  RecordReader in(bytes);
  const std::uint64_t version = in.varint();
  bool fits = version == kSpreadVersion;
  const std::size_t bounds = in.count();
  for (std::size_t i = 0; i < bounds && !in.at_end(); ++i) {
    const std::int64_t bound = in.zigzag();
    fits = fits && (spread.bounds.empty() || bound > spread.bounds.back());
    spread.bounds.push_back(bound);
  }
  const std::size_t days = in.count();
  for (std::size_t i = 0; i < days && fits && !in.at_end(); ++i) {
    Spread day = take_day(in, fits);
    fits = fits && (spread.days.empty() || day.day > spread.days.back().day);
    spread.days.push_back(std::move(day));
  }
  if (!in.complete() || !fits || spread.bounds.size() != bounds || spread.days.size() != days) {
    const std::string number = std::to_string(field);
    return damaged_record("how the values of tag number " + number + " were spread cannot be read",
                          "无法读取编号为 " + number + " 的标签的历史分布");
  }
  return spread;
}

}  // namespace tagline::storage
