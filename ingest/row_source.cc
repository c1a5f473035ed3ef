#include "ingest/row_source.h"

#include "ingest/column_map.h"
#include "ingest/csv_reader.h"
#include "ingest/json_reader.h"
#include "ingest/limits.h"
#include "ingest/text.h"

#include <span>
#include <utility>

namespace tagline::ingest {
namespace {

ByteSource source_of(Input& input) {
  return [&input](std::span<char> out) { return input.read(out); };
}

tl::unexpected<Error> empty_file() {
  return failure(ErrorCode::BadInput,
                 {"the file is empty, expected a row or a header", "文件为空，应有表头或数据行"});
}

Text wrong_columns(std::size_t found, std::size_t expected) {
  const std::string has = std::to_string(found);
  const std::string wants = std::to_string(expected);
  return {"the row has " + has + " columns, expected " + wants,
          "该行有 " + has + " 列，应为 " + wants + " 列"};
}

}  // namespace

Error in_file(const std::string& file, const Error& error) {
  if (error.message().en.starts_with(file + " ")) {
    return error;  // names the file already
  }
  return Error(error.code(), {file + ": " + error.message().en, file + "：" + error.message().zh},
               error.faced_hint());
}

RowSource::RowSource(const Schema& schema, std::vector<std::string> files,
                     std::unique_ptr<Input> first, std::optional<std::string> digest_suffix)
    : schema_(schema),
      files_(std::move(files)),
      first_(std::move(first)),
      digest_suffix_(std::move(digest_suffix)),
      slots_(slot_columns(schema).size()) {}

void RowSource::run(BatchQueue& queue) {
  std::optional<Error> error;
  for (const std::string& path : files_) {
    if (auto status = read_file(path, queue); !status.has_value()) {
      error = in_file(file_, status.error());
    }
    if (error.has_value() || closed_) {
      break;
    }
  }
  queue.finish(std::move(error));
}

Status RowSource::read_file(const std::string& path, BatchQueue& queue) {
  file_ = shown_name_.empty() ? path : shown_name_;
  std::unique_ptr<Input> input = std::move(first_);
  if (input == nullptr) {
    auto opened = Input::open(path, shown_name_);
    if (!opened.has_value()) {
      return tl::unexpected(std::move(opened).error());
    }
    input = std::move(*opened);
  }
  file_ = input->name();
  start_batch();
  TAGLINE_RETURN_IF_ERROR(schema_.format == FileFormat::Csv ? read_csv(*input, queue)
                                                            : read_json(*input, queue));
  TAGLINE_RETURN_IF_ERROR(end_file(queue, *input));
  bytes_before_ += input->bytes_consumed();
  return {};
}

void RowSource::start_batch() {
  batch_ = std::make_unique<RowBatch>();
  batch_->file = file_;
  batch_->slots = slots_;
  batch_->bytes.reserve(kBatchBytes + kBatchBytes / 8);
  batch_->rows.reserve(kBatchRows);
  batch_->cells.reserve(kBatchRows * slots_);
}

RowPlace RowSource::place(const Row& row) {
  const RowPlace place{++rows_, row.line, static_cast<std::uint32_t>(batch_->bytes.size()),
                       static_cast<std::uint32_t>(row.text.size())};
  batch_->bytes.append(row.text);
  return place;
}

void RowSource::add_bad(const Row& row, Text reason) {
  batch_->bad.push_back({place(row), std::move(reason)});
}

bool RowSource::hand_over(BatchQueue& queue, const Input& input) {
  const std::size_t rows = batch_->rows.size() + batch_->bad.size();
  return (rows < kBatchRows && batch_->bytes.size() < kBatchBytes) || push_batch(queue, input);
}

bool RowSource::push_batch(BatchQueue& queue, const Input& input) {
  bytes_read_ = bytes_before_ + input.bytes_consumed();
  if (prepare_) {
    prepare_(*batch_);
  }
  closed_ = !queue.push(std::move(batch_));
  start_batch();
  return !closed_;
}

Status RowSource::end_file(BatchQueue& queue, Input& input) {
  if (closed_) {
    return {};
  }
  if (digest_suffix_.has_value()) {
    TAGLINE_ASSIGN_OR_RETURN(batch_->digest, input.digest(*digest_suffix_));
  }
  if (batch_->rows.size() + batch_->bad.size() > 0 || batch_->digest.has_value()) {
    static_cast<void>(push_batch(queue, input));
  }
  return {};
}

Status RowSource::read_csv(Input& input, BatchQueue& queue) {
  CsvReader reader(source_of(input), schema_.delimiter);
  Row row;
  ColumnMap map;
  std::size_t needed = 0;
  if (schema_.header) {
    TAGLINE_ASSIGN_OR_RETURN(const RowStatus status, reader.next(row));
    if (status == RowStatus::End) {
      return empty_file();
    }
    if (status == RowStatus::Bad) {
      return failure(ErrorCode::BadInput, {"the header cannot be read: " + row.reason.en,
                                           "无法读取表头：" + row.reason.zh});
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto names, header_names(row.cells));
    TAGLINE_ASSIGN_OR_RETURN(map, ColumnMap::make(schema_, names));
  } else {
    TAGLINE_ASSIGN_OR_RETURN(needed, columns_needed(schema_));
  }
  const std::uint64_t rows_before = rows_;
  for (;;) {
    TAGLINE_ASSIGN_OR_RETURN(const RowStatus status, reader.next(row));
    if (status == RowStatus::End) {
      return rows_ == rows_before && !schema_.header ? Status(empty_file()) : Status();
    }
    if (map.columns() == 0 && status == RowStatus::Row && row.cells.size() >= needed) {
      // Without a header the first row that is wide enough says how many columns there are.
      std::vector<std::string> names;
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        names.push_back(position_name(i));
      }
      TAGLINE_ASSIGN_OR_RETURN(map, ColumnMap::make(schema_, names));
    }
    if (status == RowStatus::Bad) {
      add_bad(row, row.reason);
    } else if (row.cells.size() != map.columns()) {
      add_bad(row, wrong_columns(row.cells.size(), map.columns() == 0 ? needed : map.columns()));
    } else {
      add_csv_row(row, map);
    }
    if (!hand_over(queue, input)) {
      return {};
    }
  }
}

void RowSource::add_csv_row(const Row& row, const ColumnMap& map) {
  RowBatch& batch = *batch_;
  batch.rows.push_back(place(row));
  const std::uint32_t row_offset = batch.rows.back().offset;
  const char* const row_text = row.text.data();
  for (const std::size_t column : map.column_of()) {
    const std::string_view text = row.cells[column];
    const auto length = static_cast<std::uint32_t>(text.size());
    if (row.in_text) {
      const auto within = static_cast<std::uint32_t>(text.data() - row_text);
      batch.cells.push_back({row_offset + within, length, CellKind::Text});
    } else {
      const auto offset = static_cast<std::uint32_t>(batch.bytes.size());
      batch.bytes.append(text);
      batch.cells.push_back({offset, length, CellKind::Text});
    }
  }
}

Status RowSource::read_json(Input& input, BatchQueue& queue) {
  JsonReader reader(source_of(input));
  const KeyMap slots = key_map(schema_);
  Row row;
  const std::uint64_t rows_before = rows_;
  for (;;) {
    TAGLINE_ASSIGN_OR_RETURN(const RowStatus status, reader.next(row));
    if (status == RowStatus::End) {
      return rows_ == rows_before ? Status(empty_file()) : Status();
    }
    if (status == RowStatus::Bad) {
      add_bad(row, row.reason);
    } else {
      add_json_row(row, slots);
    }
    if (!hand_over(queue, input)) {
      return {};
    }
  }
}

void RowSource::add_json_row(const Row& row, const KeyMap& slots) {
  RowBatch& batch = *batch_;
  batch.rows.push_back(place(row));
  const std::size_t first = batch.cells.size();
  batch.cells.resize(first + slots_);
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const auto found = slots.find(row.keys[i]);
    if (found == slots.end()) {
      continue;
    }
    const Cell cell{static_cast<std::uint32_t>(batch.bytes.size()),
                    static_cast<std::uint32_t>(row.cells[i].size()), row.kinds[i]};
    batch.bytes.append(row.cells[i]);
    for (const std::uint32_t slot : found->second) {
      batch.cells[first + slot] = cell;
    }
  }
}

}  // namespace tagline::ingest
