// Column by column, so that each loop knows its kind and keeps its dictionary in the cache.

#include "ingest/day.h"
#include "ingest/number.h"
#include "ingest/stage.h"
#include "ingest/text.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace tagline::ingest {
namespace {

using engine::TagKind;

std::string limit_text() {
  return std::to_string(storage::kNameBytesMax);
}

Text in_column(const FieldPlan& plan, const std::string& en, const std::string& zh) {
  return {"column " + plan.column.column + ": " + en, "列 " + plan.column.column + "：" + zh};
}

Text number_reason(const FieldPlan& plan, std::string_view text, NumberStatus status) {
  const std::string shown = "\"" + excerpt(text) + "\"";
  switch (status) {
    case NumberStatus::TooManyDecimals: {
      const std::string scale = std::to_string(plan.record.scale);
      return in_column(plan, shown + " has more than " + scale + " decimals",
                       shown + " 的小数超过 " + scale + " 位");
    }
    case NumberStatus::TooLarge:
      return in_column(plan, shown + " is too large", shown + " 数值过大");
    case NumberStatus::NotANumber:
    case NumberStatus::Ok:
      break;
  }
  return in_column(plan, shown + " is not a number, expected one such as -12.50",
                   shown + " 不是数值，应类似 -12.50");
}

Text date_reason(const FieldPlan& plan, std::string_view text) {
  const std::string shown = "\"" + excerpt(text) + "\"";
  const std::string format = plan.column.date_format;
  return in_column(plan, shown + " is not a date of the format " + format,
                   shown + " 不是格式为 " + format + " 的日期");
}

Text word_reason(const FieldPlan& plan, std::string_view text) {
  const std::string shown = "\"" + excerpt(text) + "\"";
  if (plan.column.kind == TagKind::Flag) {
    return in_column(plan, shown + " is neither a true word nor a false word of this flag",
                     shown + " 既不是该标志的真值词，也不是假值词");
  }
  return in_column(plan,
                   shown + " cannot be a value: names have at most " + limit_text() + " bytes",
                   shown + " 不能作为标签值：名称最多 " + limit_text() + " 字节");
}

Text shape_reason(const FieldPlan& plan, CellKind kind) {
  if (kind == CellKind::Object) {
    return in_column(plan, "found a nested object, expected a plain value",
                     "发现嵌套对象，应为普通值");
  }
  const Text wanted = kind_text(plan.column.kind);
  return in_column(plan, "found a list, but the tag is " + wanted.en,
                   "发现列表，但该标签是" + wanted.zh);
}

bool is_missing(const Column& column, std::string_view text) {
  return text.empty() ||
         std::find(column.missing.begin(), column.missing.end(), text) != column.missing.end();
}

/// One column of one batch.
class ColumnConverter {
 public:
  ColumnConverter(const RowBatch& batch, std::size_t slot, FieldPlan& plan, StagedField& out,
                  std::vector<std::optional<Text>>& reasons)
      : batch_(batch), slot_(slot), plan_(plan), out_(out), reasons_(reasons) {}

  void run() {
    for (std::size_t row = 0; row < batch_.rows.size(); ++row) {
      const Cell& cell = batch_.cell(row, slot_);
      out_.states.push_back(convert_cell(row, cell));
      if (plan_.column.kind == TagKind::Set) {
        out_.list_ends.push_back(out_.list.size());
      }
    }
  }

 private:
  CellState convert_cell(std::size_t row, const Cell& cell) {
    switch (plan_.column.kind) {
      case TagKind::Flag:
      case TagKind::Category:
        return convert_word(row, cell);
      case TagKind::Set:
        return convert_set(row, cell);
      case TagKind::Number:
      case TagKind::Date:
        return convert_number(row, cell);
      case TagKind::Event:  // never a column of a user file
        break;
    }
    return CellState::Absent;
  }

  /// What a cell that is no text means; Value: it is refused.
  CellState no_text(std::size_t row, CellKind kind) {
    if (kind == CellKind::Absent) {
      out_.all_stated = false;
      return CellState::Absent;
    }
    if (kind != CellKind::Null) {
      refuse(row, shape_reason(plan_, kind));
    }
    return CellState::Unknown;
  }

  CellState convert_word(std::size_t row, const Cell& cell) {
    std::uint32_t code = Dictionary::kUnknown;
    CellState state = CellState::Unknown;
    if (cell.kind == CellKind::Text) {
      code = plan_.dictionary.code_of(batch_.text(cell));
      if (code == Dictionary::kRefused) {
        refuse(row, word_reason(plan_, batch_.text(cell)));
      } else if (code != Dictionary::kUnknown) {
        state = CellState::Value;
      }
    } else {
      state = no_text(row, cell.kind);
    }
    out_.codes.push_back(code);
    return state;
  }

  CellState convert_number(std::size_t row, const Cell& cell) {
    std::int64_t value = 0;
    CellState state = CellState::Unknown;
    if (cell.kind == CellKind::Text) {
      const std::string_view text = trim(batch_.text(cell));
      if (!is_missing(plan_.column, text)) {
        state = CellState::Value;
        value = plan_.column.kind == TagKind::Date ? date_of(row, text) : number_of(row, text);
      }
    } else {
      state = no_text(row, cell.kind);
    }
    out_.numbers.push_back(value);
    return state;
  }

  std::int64_t number_of(std::size_t row, std::string_view text) {
    const NumberParse parse = parse_number(text, plan_.record.scale);
    if (parse.status != NumberStatus::Ok) {
      refuse(row, number_reason(plan_, text, parse.status));
    }
    return parse.value;
  }

  std::int64_t date_of(std::size_t row, std::string_view text) {
    const auto day = parse_day(text, plan_.date_format);
    if (!day.has_value()) {
      refuse(row, date_reason(plan_, text));
    }
    return day.value_or(0);
  }

  CellState convert_set(std::size_t row, const Cell& cell) {
    if (cell.kind != CellKind::Text && cell.kind != CellKind::List) {
      return no_text(row, cell.kind);
    }
    const std::size_t before = out_.list.size();
    std::string_view text = batch_.text(cell);
    const bool list = cell.kind == CellKind::List;
    const std::string_view separator =
        list ? std::string_view(&kListEnd, 1) : std::string_view(plan_.column.separator);
    while (!text.empty()) {
      const std::size_t at = separator.empty() ? std::string_view::npos : text.find(separator);
      add_element(row, trim(text.substr(0, at)));
      text.remove_prefix(at == std::string_view::npos ? text.size() : at + separator.size());
    }
    return out_.list.size() > before ? CellState::Value : CellState::Unknown;
  }

  void add_element(std::size_t row, std::string_view text) {
    const std::uint32_t code = plan_.dictionary.code_of(text);
    if (code == Dictionary::kRefused) {
      refuse(row, word_reason(plan_, text));
    } else if (code != Dictionary::kUnknown) {
      out_.list.push_back(code);
    }
  }

  /// The first reason of a row stays.
  void refuse(std::size_t row, Text reason) {
    if (reasons_.empty()) {
      reasons_.resize(batch_.rows.size());
    }
    if (!reasons_[row].has_value()) {
      reasons_[row] = std::move(reason);
    }
  }

  const RowBatch& batch_;
  std::size_t slot_;
  FieldPlan& plan_;
  StagedField& out_;
  std::vector<std::optional<Text>>& reasons_;
};

template <class T>
void keep_rows(std::vector<T>& column, std::size_t first, const std::vector<std::uint32_t>& good) {
  if (column.empty()) {
    return;
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    column[first + i] = column[first + good[i]];
  }
  column.resize(first + good.size());
}

/// Takes the refused rows of the last batch out of a staged field.
void drop_refused(StagedField& field, std::size_t first, const std::vector<std::uint32_t>& good) {
  if (!field.list_ends.empty()) {
    std::size_t end = field.list_begin(first);
    std::vector<std::size_t> ends;
    for (const std::uint32_t row : good) {
      for (std::size_t i = field.list_begin(first + row); i < field.list_ends[first + row]; ++i) {
        field.list[end++] = field.list[i];
      }
      ends.push_back(end);
    }
    field.list.resize(end);
    field.list_ends.resize(first);
    field.list_ends.insert(field.list_ends.end(), ends.begin(), ends.end());
  }
  keep_rows(field.states, first, good);
  keep_rows(field.codes, first, good);
  keep_rows(field.numbers, first, good);
}

}  // namespace

std::optional<Text> id_reason(const RowBatch& batch, const Cell& cell) {
  const std::string_view id = trim(batch.text(cell));
  if (cell.kind != CellKind::Text) {
    return Text{"the id is missing or no plain value", "缺少用户标识，或它不是普通值"};
  }
  if (id.empty()) {
    return Text{"the id is blank", "用户标识为空"};
  }
  if (id.size() > storage::kExternalIdBytesMax) {
    const std::string limit = std::to_string(storage::kExternalIdBytesMax);
    return Text{"the id \"" + excerpt(id) + "\" is longer than " + limit + " bytes",
                "用户标识 \"" + excerpt(id) + "\" 超过 " + limit + " 字节"};
  }
  return std::nullopt;
}

void Stage::clear() {
  users.clear();
  for (StagedField& field : fields) {
    field.states.clear();
    field.codes.clear();
    field.numbers.clear();
    field.list_ends.clear();
    field.list.clear();
    field.all_stated = true;
  }
}

std::size_t Stage::bytes() const {
  std::size_t total = users.size() * sizeof(users[0]);
  for (const StagedField& field : fields) {
    total += field.states.size() + field.codes.size() * sizeof(std::uint32_t) +
             field.numbers.size() * sizeof(std::int64_t) +
             field.list_ends.size() * sizeof(std::size_t) +
             field.list.size() * sizeof(std::uint32_t);
  }
  return total;
}

void convert(const RowBatch& batch, std::size_t first_slot, std::vector<FieldPlan>& plans,
             Stage& stage, std::vector<std::uint32_t>& good, std::vector<BadRow>& bad) {
  const std::size_t first = stage.users.size();
  std::vector<std::optional<Text>> reasons;
  if (first_slot == 1) {
    for (std::size_t row = 0; row < batch.rows.size(); ++row) {
      if (auto reason = id_reason(batch, batch.cell(row, 0)); reason.has_value()) {
        reasons.resize(batch.rows.size());
        reasons[row] = std::move(reason);
      }
    }
  }
  for (std::size_t i = 0; i < plans.size(); ++i) {
    ColumnConverter(batch, first_slot + i, plans[i], stage.fields[i], reasons).run();
  }
  good.clear();
  for (std::uint32_t row = 0; row < batch.rows.size(); ++row) {
    if (!reasons.empty() && reasons[row].has_value()) {
      bad.push_back({batch.rows[row], std::move(*reasons[row])});
    } else {
      good.push_back(row);
    }
  }
  if (good.size() < batch.rows.size()) {
    for (StagedField& field : stage.fields) {
      drop_refused(field, first, good);
    }
  }
}

}  // namespace tagline::ingest
