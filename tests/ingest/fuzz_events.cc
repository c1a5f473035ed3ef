// Rows of events: the first line is a time format, each further line a row of cells between tabs
// (user, time, event, key, amount, factor, count). A row becomes an event within the limits of day
// rows or has a reason; what a format reads, ISO 8601 says too; a product does not depend on the
// order of its factors.
#include "ingest/event_convert.h"
#include "ingest/number.h"
#include "storage/store.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace tagline::ingest {
namespace {

constexpr std::size_t kSlots = 7;
constexpr std::size_t kTimeSlot = 1;
constexpr std::size_t kAmountSlot = 4;
constexpr unsigned kScale = 2;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// An empty database in a folder that has no name any more; the process's end is its end.
storage::Store& empty_store() {
  static const std::unique_ptr<storage::Store> store = [] {
    std::string folder = (std::filesystem::temp_directory_path() / "tagline-fuzz-XXXXXX").string();
    require(::mkdtemp(folder.data()) != nullptr);
    storage::OpenOptions options;
    options.mode = storage::OpenMode::Create;
    options.map_bytes = 1U << 20U;
    auto opened = storage::Store::open(folder, options);
    require(opened.has_value());
    std::filesystem::remove_all(folder);
    return std::move(*opened);
  }();
  return *store;
}

std::string_view take_until(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

/// A cell's first character can make it what only JSON has.
CellKind kind_of(std::string_view cell) {
  if (cell.starts_with('[')) {
    return CellKind::List;
  }
  if (cell.starts_with('{')) {
    return CellKind::Object;
  }
  return cell == "null" ? CellKind::Null : CellKind::Text;
}

RowBatch batch_of(std::string_view lines) {
  RowBatch batch;
  batch.slots = kSlots;
  while (!lines.empty()) {
    std::string_view line = take_until(lines, '\n');
    RowPlace place;
    place.number = place.line = batch.rows.size() + 1;
    batch.rows.push_back(place);
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      Cell cell;
      cell.kind = line.empty() ? CellKind::Absent : CellKind::Text;
      const std::string_view text = take_until(line, '\t');
      if (cell.kind == CellKind::Text) {
        cell.kind = kind_of(text);
      }
      if (cell.kind != CellKind::Absent && cell.kind != CellKind::Null) {
        cell.offset = static_cast<std::uint32_t>(batch.bytes.size());
        cell.length = static_cast<std::uint32_t>(text.size());
        batch.bytes += text;
      }
      batch.cells.push_back(cell);
    }
  }
  return batch;
}

EventColumns columns_of(std::string_view format) {
  EventColumns columns;
  columns.user_column = "u";
  columns.time_column = "t";
  columns.time_format = std::string(format);
  columns.event_column = "e";
  columns.names["B"] = {"buy", {"购买"}, {}, ""};
  columns.key_column = "k";
  columns.key_missing = {"-"};
  columns.key_aliases["beauty"] = {"美妆"};
  columns.amount = AmountColumn{"a", "f", kScale, "", {"?"}};
  columns.count_column = "n";
  return columns;
}

std::string two_digits(std::int64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string iso(std::int64_t seconds) {
  const std::chrono::sys_seconds moment{std::chrono::seconds(seconds)};
  const auto midnight = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(midnight);
  const std::int64_t rest = (moment - midnight).count();
  const std::string year = std::to_string(static_cast<int>(date.year()));
  return std::string(4 - year.size(), '0') + year + "-" +
         two_digits(static_cast<unsigned>(date.month())) + "-" +
         two_digits(static_cast<unsigned>(date.day())) + "T" + two_digits(rest / 3600) + ":" +
         two_digits(rest / 60 % 60) + ":" + two_digits(rest % 60);
}

void try_time(const TimeFormat& format, std::string_view text) {
  const auto time = format.parse(text);
  if (!time.has_value()) {
    return;
  }
  require(!format.instant() || time->instant);
  require(time->timed || time->seconds % 86'400 == 0);
  static const TimeFormat iso_format = TimeFormat::make("iso8601").value();
  const auto again = iso_format.parse(iso(time->seconds));
  require(again.has_value() && again->seconds == time->seconds);
}

void try_product(std::string_view a, std::string_view b) {
  const NumberParse product = parse_product(a, b, kScale);
  const NumberParse turned = parse_product(b, a, kScale);
  const bool ok = product.status == NumberStatus::Ok;
  require(ok == (turned.status == NumberStatus::Ok) && (!ok || product.value == turned.value));
  const NumberParse alone = parse_number(a, kScale);
  const NumberParse once = parse_product(a, "1", kScale);
  require(once.status != NumberStatus::Ok ||
          (alone.status == NumberStatus::Ok && alone.value == once.value));
}

Status try_rows(EventPlans& plans, const RowBatch& batch) {
  TAGLINE_ASSIGN_OR_RETURN(EventConverter converter, EventConverter::make(plans, "Asia/Shanghai"));
  for (std::size_t row = 0; row < batch.rows.size(); ++row) {
    std::optional<Text> bad;
    TAGLINE_ASSIGN_OR_RETURN(const StagedEvent staged, converter.convert(batch, row, bad));
    if (bad.has_value()) {
      require(!bad->en.empty() && !bad->zh.empty());
      continue;
    }
    require(staged.event() < plans.size());
    require(staged.day() >= engine::kFirstDay && staged.day() <= engine::kLastDay);
    require(staged.count >= 1);
    require(std::abs(staged.amount) < std::int64_t{1} << engine::kAmountBitsMax);
    const EventPlan& plan = plans.at(staged.event());
    require(!plan.record.name.empty());
    require(staged.key == kNoKey || staged.key < plan.key_names.names().size());
  }
  return {};
}

void try_file(std::string_view bytes) {
  const EventColumns columns = columns_of(take_until(bytes, '\n'));
  const auto format = TimeFormat::make(columns.time_format);
  require(check_events(columns).has_value() == format.has_value());
  if (!format.has_value()) {
    return;
  }
  const RowBatch batch = batch_of(bytes);
  for (std::size_t row = 0; row < batch.rows.size(); ++row) {
    try_time(*format, batch.text(batch.cell(row, kTimeSlot)));
    try_product(batch.text(batch.cell(row, kAmountSlot)),
                batch.text(batch.cell(row, kAmountSlot + 1)));
  }
  const Status tried = empty_store().read([&](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(EventPlans plans, EventPlans::make(columns, snapshot, 0));
    return try_rows(plans, batch);
  });
  require(tried.has_value() || tried.error().code() == ErrorCode::TooLarge);
}

}  // namespace
}  // namespace tagline::ingest

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tagline::ingest::try_file({reinterpret_cast<const char*>(data), size});
  return 0;
}
