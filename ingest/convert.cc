// Column by column, so that each loop knows its kind and keeps its dictionary in the cache.

#include "ingest/convert.h"

#include "ingest/day.h"
#include "ingest/identity.h"
#include "ingest/limits.h"
#include "ingest/number.h"
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
    const std::size_t rows = batch_.rows.size();
    out_.states.resize(rows);
    switch (plan_.column.kind) {
      case TagKind::Flag:
      case TagKind::Category:
        out_.codes.resize(rows);
        each([this](std::size_t row, const Cell& cell) { return convert_word(row, cell); });
        break;
      case TagKind::Set:
        out_.list_ends.resize(rows);
        each([this](std::size_t row, const Cell& cell) {
          const CellState state = convert_set(row, cell);
          out_.list_ends[row] = out_.list.size();
          return state;
        });
        break;
      case TagKind::Number:
        out_.numbers.resize(rows);
        each([this](std::size_t row, const Cell& cell) {
          return convert_number(row, cell,
                                [&](std::string_view text) { return number_of(row, text); });
        });
        break;
      case TagKind::Date:
        out_.numbers.resize(rows);
        each([this](std::size_t row, const Cell& cell) {
          return convert_number(row, cell,
                                [&](std::string_view text) { return date_of(row, text); });
        });
        break;
      case TagKind::Event:  // never a column of a user file
        each([](std::size_t, const Cell&) { return CellState::Absent; });
        break;
    }
  }

 private:
  template <class Convert>
  void each(Convert convert_cell) {
    for (std::size_t row = 0; row < batch_.rows.size(); ++row) {
      out_.states[row] = convert_cell(row, batch_.cell(row, slot_));
    }
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
    out_.codes[row] = code;
    return state;
  }

  template <class Parse>
  CellState convert_number(std::size_t row, const Cell& cell, Parse parse) {
    std::int64_t value = 0;
    CellState state = CellState::Unknown;
    if (cell.kind == CellKind::Text) {
      const std::string_view text = trim(batch_.text(cell));
      if (!is_missing(plan_.column, text)) {
        state = CellState::Value;
        value = parse(text);
      }
    } else {
      state = no_text(row, cell.kind);
    }
    out_.numbers[row] = value;
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
void keep_rows(std::vector<T>& column, const std::vector<std::uint32_t>& good) {
  if (column.empty()) {
    return;
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    column[i] = column[good[i]];
  }
  column.resize(good.size());
}

/// Takes the refused rows out.
void drop_refused(StagedField& field, const std::vector<std::uint32_t>& good) {
  if (!field.list_ends.empty()) {
    std::size_t end = 0;
    std::vector<std::size_t> ends;
    for (const std::uint32_t row : good) {
      for (std::size_t i = field.list_begin(row); i < field.list_ends[row]; ++i) {
        field.list[end++] = field.list[i];
      }
      ends.push_back(end);
    }
    field.list.resize(end);
    field.list_ends = std::move(ends);
  }
  keep_rows(field.states, good);
  keep_rows(field.codes, good);
  keep_rows(field.numbers, good);
}

/// The ids of the rows; a reason for those that have none.
void convert_ids(const RowBatch& batch, std::vector<std::string_view>& ids,
                 std::vector<std::optional<Text>>& reasons) {
  ids.resize(batch.rows.size());
  for (std::size_t row = 0; row < batch.rows.size(); ++row) {
    const Cell& cell = batch.cell(row, 0);
    ids[row] = trim(batch.text(cell));
    if (cell.kind != CellKind::Text || ids[row].empty() ||
        ids[row].size() > storage::kExternalIdBytesMax) {
      reasons.resize(batch.rows.size());
      reasons[row] = id_reason(batch, cell);
    }
  }
}

Error too_many_values(const FieldPlan& plan) {
  const std::string limit = std::to_string(kValuesMax);
  return {ErrorCode::TooLarge,
          {"column " + plan.column.column + " has more than " + limit + " different values",
           "列 " + plan.column.column + " 的不同取值超过 " + limit + " 个"},
          {"skip the column: it looks like an identifier or free text",
           "请跳过该列：它像是编号或自由文本"}};
}

}  // namespace

std::optional<Text> id_reason(const RowBatch& batch, const Cell& cell) {
  return cell.kind == CellKind::Text
             ? id_reason(trim(batch.text(cell)))
             : Text{"the id is missing or no plain value", "缺少用户标识，或它不是普通值"};
}

void convert(RowBatch& batch, bool has_id, std::vector<FieldPlan>& plans, const RowLinks& links) {
  ConvertedRows& out = batch.converted;
  std::vector<std::optional<Text>> reasons;  // of each row, once there is one
  if (has_id) {
    convert_ids(batch, out.ids, reasons);
  }
  out.fields.resize(plans.size());
  for (std::size_t i = 0; i < plans.size(); ++i) {
    ColumnConverter(batch, (has_id ? 1 : 0) + i, plans[i], out.fields[i], reasons).run();
    if (plans[i].dictionary.full() && !out.error.has_value()) {
      out.error = too_many_values(plans[i]);
    }
  }
  for (std::size_t row = 0; !links.empty() && row < batch.rows.size(); ++row) {
    if (auto reason = links.reason(batch, row); reason.has_value()) {
      reasons.resize(batch.rows.size());
      if (!reasons[row].has_value()) {
        reasons[row] = std::move(reason);
      }
    }
  }
  for (std::uint32_t row = 0; row < batch.rows.size(); ++row) {
    if (!reasons.empty() && reasons[row].has_value()) {
      batch.bad.push_back({batch.rows[row], std::move(*reasons[row])});
    } else {
      out.good.push_back(row);
    }
  }
  if (out.good.size() < batch.rows.size()) {
    keep_rows(out.ids, out.good);
    for (StagedField& field : out.fields) {
      drop_refused(field, out.good);
    }
  }
}

}  // namespace tagline::ingest
