// Everything is decided from the different values of the sample and how often each occurs. The
// order of the questions matters: a known tag, nothing at all, flag, date, code, number, set, free
// text, and what is left is a category. A wrong guess costs a marketer more than an edit of the
// schema, so doubt ends in a category, whose values at least show what is there.

#include "ingest/column_guess.h"

#include "ingest/day.h"
#include "ingest/dictionary.h"
#include "ingest/id_name.h"
#include "ingest/limits.h"
#include "ingest/number.h"
#include "ingest/text.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

namespace tagline::ingest {
namespace {

using engine::TagKind;

constexpr std::array<std::string_view, 11> kMissingWords = {
    "?", "NA", "N/A", "n/a", "null", "NULL", "None", "NaN", "nan", "\\N", "0000-00-00"};
/// Integers of this many digits or more, all alike in length, are phone numbers, barcodes or
/// account numbers.
constexpr unsigned kCodeDigits = 10;
/// Digits of the largest number that certainly fits 63 bits.
constexpr unsigned kDigitsMax = 18;
/// A text column with at least so many filled cells, of which more than half are different, is no
/// category.
constexpr std::uint64_t kFreeTextCells = 50;
/// Years a run of eight digits must lie in to be a date rather than a number.
constexpr std::int32_t kCompactFirstDay = -25567;  // 1900-01-01
constexpr std::int32_t kCompactLastDay = 47482;    // 2100-01-01

bool is_missing_word(std::string_view text) {
  return std::find(kMissingWords.begin(), kMissingWords.end(), text) != kMissingWords.end();
}

std::string number_text(std::uint64_t number) {
  return std::to_string(number);
}

class Guesser {
 public:
  Guesser(const ColumnEvidence& evidence, const GuessContext& context)
      : evidence_(evidence), context_(context) {
    column_.column = evidence.name;
    for (std::uint32_t i = 0; i < evidence.values.size(); ++i) {
      const std::string_view value = evidence.values.at(i);
      (is_missing_word(value) ? missing_ : values_).push_back(value);
      longest_ = std::max(longest_, value.size());
    }
  }

  Column run() {
    if (context_.known != nullptr) {
      guess_known();
    } else {
      guess_new();
      if (context_.varies && !column_.skip) {
        guess_varying();
      }
    }
    return std::move(column_);
  }

 private:
  void become(TagKind kind, Text why) {
    column_.kind = kind;
    column_.why = std::move(why);
  }
  void skip(Text why) {
    column_.skip = true;
    column_.why = std::move(why);
  }

  void guess_new() {
    if (evidence_.objects) {
      skip({"holds nested objects, which no tag can hold", "含有嵌套对象，无法作为标签"});
    } else if (evidence_.lists) {
      become(TagKind::Set, {"JSON lists", "JSON 列表"});
    } else if (values_.empty()) {
      skip({"no values in the sample", "样本中没有值"});
    } else if (!guess_flag() && !guess_date() && !guess_number() && !guess_set()) {
      guess_words();
    }
  }

  void guess_known() {
    const Text kind = {"the database has this tag", "数据库中已有此标签"};
    become(context_.known->kind, kind);
    if (column_.kind == TagKind::Number) {
      column_.scale = context_.known->scale;
      keep_missing();
    } else if (column_.kind == TagKind::Date) {
      keep_missing();
      const auto format = find_format();
      column_.date_format = kDateFormats[format.value_or(0)];
    } else if (column_.kind == TagKind::Flag) {
      find_words();
    } else {
      keep_category_missing();
      if (column_.kind == TagKind::Set && !evidence_.lists) {
        column_.separator = most_used_separator();
      }
    }
  }

  void keep_missing() { column_.missing.assign(missing_.begin(), missing_.end()); }
  void keep_category_missing() {
    for (const std::string_view word : missing_) {
      if (word == "?" || word == "\\N") {
        column_.missing.emplace_back(word);
      }
    }
  }
  /// Missing words that stay values of a category, since people write "None" and "NA" as answers.
  [[nodiscard]] std::vector<std::string_view> words() const {
    std::vector<std::string_view> all = values_;
    for (const std::string_view word : missing_) {
      if (word != "?" && word != "\\N") {
        all.push_back(word);
      }
    }
    return all;
  }

  /// The pair of true and false words that covers all values; fills the column's words. `both`:
  /// whether both occurred.
  bool find_words() {
    std::set<std::string> seen;
    for (std::uint32_t i = 0; i < evidence_.values.size(); ++i) {
      if (seen.insert(to_lower_ascii(evidence_.values.at(i))).second && seen.size() > 2) {
        return false;
      }
    }
    for (const auto& [yes, no] : flag_pairs()) {
      const bool all = std::all_of(
          seen.begin(), seen.end(),
          [&, y = yes, n = no](const std::string& word) { return word == y || word == n; });
      // One word alone says enough when it can hardly mean anything else; a lone 1 or f can.
      const bool enough =
          seen.size() == 2 || (seen.size() == 1 && (yes == "yes" || yes == "true" || yes == "是"));
      if (all && enough) {
        column_.true_words = {std::string(yes)};
        column_.false_words = {std::string(no)};
        return true;
      }
    }
    return false;
  }

  bool guess_flag() {
    if (!find_words()) {
      return false;
    }
    const std::string pair = column_.true_words[0] + "/" + column_.false_words[0];
    if (evidence_.blanks > 0) {
      column_.true_words.clear();
      column_.false_words.clear();
      become(TagKind::Category, {pair + ", but " + number_text(evidence_.blanks) +
                                     " cells are blank: a category keeps unknown apart from " +
                                     "no; make it a flag if blank means no",
                                 pair + "，但有 " + number_text(evidence_.blanks) +
                                     " 个空单元格：类别可把未知与否分开；若空即为否，可改为 flag"});
    } else {
      become(TagKind::Flag, {"only " + pair, "只有 " + pair});
    }
    return true;
  }

  /// The first format all values have.
  [[nodiscard]] std::optional<std::size_t> find_format() const {
    for (std::size_t format = 0; format < kDateFormats.size(); ++format) {
      const bool compact = kDateFormats[format] == "%Y%m%d";
      const bool all = !values_.empty() &&
                       std::all_of(values_.begin(), values_.end(), [&](std::string_view value) {
                         const auto day = parse_day(value, format);
                         return day.has_value() &&
                                (!compact || (*day >= kCompactFirstDay && *day < kCompactLastDay));
                       });
      if (all) {
        return format;
      }
    }
    return std::nullopt;
  }

  bool guess_date() {
    const auto format = find_format();
    if (!format.has_value()) {
      return false;
    }
    keep_missing();
    column_.date_format = kDateFormats[*format];
    Text why = {"dates", "日期"};
    // 03/04/2024 may be either; a value above 12 would have decided.
    const std::string month_first = column_.date_format.substr(0, 8) == "%d/%m/%Y"
                                        ? "%m/%d/%Y" + column_.date_format.substr(8)
                                        : "";
    if (const auto other = find_date_format(month_first);
        other.has_value() &&
        std::all_of(values_.begin(), values_.end(),
                    [&](std::string_view value) { return parse_day(value, *other).has_value(); })) {
      why = {"dates; day and month cannot be told apart, " + month_first + " is possible too",
             "日期；无法区分日和月，也可能是 " + month_first};
    }
    become(TagKind::Date, std::move(why));
    return true;
  }

  struct NumberFacts {
    bool zero_padded = false;
    unsigned digits_least = 99;
    unsigned digits_most = 0;
    unsigned decimals_written = 0;
    unsigned decimals = 0;  ///< without trailing zeros
  };
  [[nodiscard]] std::optional<NumberFacts> number_facts() const {
    NumberFacts facts;
    for (const std::string_view value : values_) {
      const NumberShape shape = shape_of(value);
      if (!shape.number) {
        return std::nullopt;
      }
      facts.zero_padded = facts.zero_padded || shape.zero_padded;
      facts.digits_least = std::min(facts.digits_least, shape.digits);
      facts.digits_most = std::max(facts.digits_most, shape.digits);
      facts.decimals_written = std::max(facts.decimals_written, shape.decimals);
      const std::size_t last = value.find_last_not_of('0');
      const auto zeros = static_cast<unsigned>(value.size() - 1 - std::min(last, value.size() - 1));
      facts.decimals = std::max(facts.decimals, shape.decimals - std::min(shape.decimals, zeros));
    }
    return values_.empty() ? std::nullopt : std::optional(facts);
  }

  bool guess_number() {
    const auto facts = number_facts();
    if (!facts.has_value()) {
      return false;
    }
    const bool whole = facts->decimals == 0;
    const bool long_code =
        whole && facts->digits_least >= kCodeDigits && facts->digits_least == facts->digits_most;
    if (is_id_name(evidence_.name) || facts->zero_padded || long_code) {
      guess_code(facts->zero_padded);
      return true;
    }
    // All decimals zero (17850.0) is how spreadsheets write whole numbers; otherwise the digits as
    // written, since a price of 2.50 may be followed by one of 2.55.
    const unsigned scale =
        whole ? 0 : std::min(facts->decimals_written, std::max(facts->decimals, kScaleMax));
    if (scale > kScaleMax || facts->digits_most + scale > kDigitsMax) {
      skip({"numbers with " + number_text(facts->decimals) + " decimals and up to " +
                number_text(facts->digits_most) +
                " digits before the point do not fit; round them in the file",
            "数值有 " + number_text(facts->decimals) + " 位小数、整数部分最多 " +
                number_text(facts->digits_most) + " 位，无法精确保存；请先在文件中取整"});
      return true;
    }
    keep_missing();
    column_.scale = scale;
    become(TagKind::Number, scale == 0
                                ? Text{"whole numbers", "整数"}
                                : Text{"numbers with up to " + number_text(scale) + " decimals",
                                       "最多 " + number_text(scale) + " 位小数的数值"});
    return true;
  }

  void guess_code(bool zero_padded) {
    const Text what = zero_padded ? Text{"digits with leading zeros: codes", "带前导零的数字：编码"}
                                  : Text{"digits that look like identifiers", "看起来是编号的数字"};
    if (mostly_different()) {
      skip({what.en + ", nearly all different", what.zh + "，几乎各不相同"});
    } else {
      keep_category_missing();
      become(TagKind::Category, {what.en + ", not amounts", what.zh + "，而不是数量"});
    }
  }

  [[nodiscard]] bool mostly_different() const {
    return evidence_.filled() >= kFreeTextCells && evidence_.values.size() * 2 > evidence_.filled();
  }

  [[nodiscard]] std::string most_used_separator() const {
    std::string best = "|";
    std::uint64_t most = 0;
    for (const std::string separator : {"|", ";", ","}) {
      std::uint64_t cells = 0;
      for (std::uint32_t i = 0; i < evidence_.values.size(); ++i) {
        cells += evidence_.values.at(i).find(separator) == std::string_view::npos
                     ? 0
                     : evidence_.counts[i];
      }
      if (cells > most) {
        most = cells;
        best = separator;
      }
    }
    return best;
  }

  struct Pieces {
    std::uint64_t cells = 0;  ///< with the separator
    std::uint64_t pieces = 0;
    std::uint64_t alone = 0;  ///< pieces that also are a whole cell somewhere
    std::uint64_t different = 0;
    bool blank = false;
  };
  [[nodiscard]] Pieces cut(char separator) const {
    Pieces result;
    TextTable seen;
    for (std::string_view value : values_) {
      if (value.find(separator) == std::string_view::npos) {
        continue;
      }
      ++result.cells;
      while (true) {
        const std::size_t at = value.find(separator);
        const std::string_view piece = trim(value.substr(0, at));
        result.blank = result.blank || piece.empty();
        ++result.pieces;
        result.alone += evidence_.values.find(piece) == TextTable::kNone ? 0U : 1U;
        seen.add(piece);
        if (at == std::string_view::npos) {
          break;
        }
        value.remove_prefix(at + 1);
      }
    }
    result.different = seen.size();
    return result;
  }

  /// Cells of several values: the pieces must occur again, alone or in other cells. Text with
  /// commas in it ("Paris, France") must not pass, so for the comma most pieces have to occur
  /// alone.
  bool guess_set() {
    for (const char separator : {'|', ';', ','}) {
      const Pieces pieces = cut(separator);
      if (pieces.cells == 0 || pieces.blank) {
        continue;
      }
      const bool repeated = pieces.different * 2 <= pieces.pieces;
      const bool alone = pieces.alone * 2 >= pieces.pieces;
      // Hardly anybody writes | in a text, so there one piece seen again is enough, in a small file
      // too.
      const bool again = pieces.alone > 0 || pieces.different < pieces.pieces;
      if (separator == '|' ? again : separator == ',' ? alone : alone || repeated) {
        column_.separator = std::string(1, separator);
        keep_category_missing();
        become(TagKind::Set, {"several values in a cell, separated by " + column_.separator,
                              "一个单元格中有多个值，以 " + column_.separator + " 分隔"});
        return true;
      }
    }
    return false;
  }

  void guess_words() {
    const std::vector<std::string_view> all = words();
    if (longest_ > storage::kNameBytesMax) {
      skip({"texts longer than a value's name may be (" + number_text(storage::kNameBytesMax) +
                " bytes)",
            "文本长度超过标签值名称的上限（" + number_text(storage::kNameBytesMax) + " 字节）"});
    } else if (mostly_different()) {
      skip({"free text or identifiers: " + number_text(all.size()) + " different values in " +
                number_text(evidence_.filled()) + " cells",
            "自由文本或编号：" + number_text(evidence_.filled()) + " 个单元格中有 " +
                number_text(all.size()) + " 个不同的值"});
    } else {
      keep_category_missing();
      become(TagKind::Category,
             {number_text(all.size()) + (all.size() == 1 ? " value" : " different values"),
              number_text(all.size()) + " 个不同的值"});
    }
  }

  void guess_varying() {
    if (column_.kind == TagKind::Category) {
      column_.kind = TagKind::Set;
      column_.update = SetUpdate::Add;
      column_.why = {"the id repeats and its rows differ here: a set to which each row adds",
                     "用户标识重复且各行在此不同：多值集合，每行追加一个值"};
    } else if (column_.kind == TagKind::Set) {
      column_.update = SetUpdate::Add;
    } else {
      column_.why.en += "; the id repeats and its rows differ here: the last row counts";
      column_.why.zh += "；用户标识重复且各行在此不同：以最后一行为准";
    }
  }

  const ColumnEvidence& evidence_;
  const GuessContext& context_;
  Column column_;
  std::vector<std::string_view> values_;  ///< without missing words
  std::vector<std::string_view> missing_;
  std::size_t longest_ = 0;
};

}  // namespace

Column guess(const ColumnEvidence& evidence, const GuessContext& context) {
  return Guesser(evidence, context).run();
}

}  // namespace tagline::ingest
