// JSON -> tree. A first pass counts nesting and keys and builds nothing; the second walks a
// document that is known to be shallow.
#include "dsl/functions.h"
#include "dsl/literal.h"
#include "dsl/number.h"
#include "dsl/print.h"
#include "dsl/unicode.h"
#include "server/json_reader.h"
#include "server/tree_json.h"
#include "server/tree_json_guard.h"
#include "server/tree_json_words.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tagline::server {
namespace {

using dsl::Comparison;
using dsl::Tree;
using dsl::TreeKind;

/// Far beyond what 65,536 characters of text become.
constexpr std::size_t kBytesMax = std::size_t{4} << 20U;
/// A bracket of the text is at most three levels of JSON, {"not": {"and": [..]}}; values add a few.
constexpr std::uint64_t kLevelsPerBracket = 3;
constexpr std::uint64_t kLevelsAtLeaf = 8;

[[nodiscard]] std::string shown(const Json& value) {
  constexpr std::size_t kShownMax = 40;
  if (value.is_object() || value.is_array()) {
    const bool empty = value.empty();
    return value.is_object() ? (empty ? "{}" : "{...}") : (empty ? "[]" : "[...]");
  }
  const std::u32string points =
      dsl::decode(value.dump(-1, ' ', false, Json::error_handler_t::replace));
  return points.size() <= kShownMax ? dsl::encode(points)
                                    : dsl::encode(points.substr(0, kShownMax)) + "…";
}

[[nodiscard]] std::string item(const std::string& place, std::string_view key, std::size_t index) {
  return place + std::string(key) + "[" + std::to_string(index) + "]";
}
[[nodiscard]] std::string member(const std::string& place, std::string_view key) {
  return place + std::string(key);
}
/// Of what lies below a place.
[[nodiscard]] std::string below(const std::string& place) {
  return place.empty() ? "" : place + ".";
}

/// A node, and how many brackets its text opens within each other.
struct Built {
  Tree tree;
  std::uint32_t depth = 0;
};

[[nodiscard]] bool is_group(const Tree& tree) {
  return tree.kind == TreeKind::And || tree.kind == TreeKind::Or;
}

class Reader {
 public:
  explicit Reader(const dsl::Limits& limits) : limits_(limits) {}

  [[nodiscard]] Built document(const Json& json) { return node(json, "", false, nullptr); }
  [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }

 private:
  void fail(const std::string& place, const std::string& found, const Text& expected) {
    if (fault_.has_value()) {
      return;
    }
    const std::string at = place.empty() ? "document" : place;
    fault_ = Error(ErrorCode::BadInput, {at + ": unexpected " + found, at + "：不应为 " + found},
                   {"expected " + expected.en, "此处应为" + expected.zh});
  }

  void fail_limit(const std::string& place, std::uint64_t limit, const Text& what) {
    if (fault_.has_value()) {
      return;
    }
    const std::string at = place.empty() ? "document" : place;
    const std::string most = dsl::with_separators(limit);
    fault_ = Error(ErrorCode::TooLarge,
                   {at + ": more than " + most + " " + what.en, at + "：超过 " + most + what.zh},
                   {"save parts of it as segments", "可以把其中一部分另存为人群"});
  }

  void only(const Json& object, const std::string& place,
            std::initializer_list<std::string_view> known) {
    for (const auto& entry : object.items()) {
      if (std::find(known.begin(), known.end(), entry.key()) == known.end()) {
        std::string list;
        for (const std::string_view name : known) {
          list += (list.empty() ? "" : ", ") + std::string(name);
        }
        fail(member(below(place), entry.key()), "key", {"only " + list, "以下键：" + list});
        return;
      }
    }
  }

  /// A text of the object that can be written between quotes.
  [[nodiscard]] std::string text(const Json& value, const std::string& place) {
    if (!value.is_string()) {
      fail(place, shown(value), {"a text in quotes", "带引号的文本"});
      return "";
    }
    const auto& text = value.get_ref<const std::string&>();
    for (const char32_t point : dsl::decode(text)) {
      if (dsl::is_line_break(point) || dsl::is_control(point) || dsl::is_bidi_control(point) ||
          dsl::is_noncharacter(point)) {
        fail(place, shown(value),
             {"a text without line breaks and control characters", "不含换行和控制字符的文本"});
        return "";
      }
    }
    return text;
  }

  /// "quoted" of the object, or what its text needs.
  [[nodiscard]] bool quoted(const Json& object, const std::string& place, const std::string& text,
                            bool may_be_bare) {
    const auto found = object.find("quoted");
    if (found == object.end()) {
      return !may_be_bare;
    }
    if (!found->is_boolean()) {
      fail(member(below(place), "quoted"), shown(*found), {"true or false", " true 或 false"});
      return true;
    }
    if (!found->get<bool>() && !may_be_bare) {
      fail(member(below(place), "quoted"), "false",
           {"true: \"" + text + "\" cannot stand without quotes",
            " true：“" + text + "”不加引号就不成立"});
    }
    return found->get<bool>();
  }

  [[nodiscard]] Built leaf(Tree tree, const std::string& place, std::uint32_t depth) {
    if (++terms_ > limits_.terms) {
      fail_limit(place, limits_.terms, {"conditions", " 个条件"});
    }
    return checked({std::move(tree), depth}, place);
  }

  [[nodiscard]] Built checked(Built built, const std::string& place) {
    if (built.depth > limits_.depth) {
      fail_limit(place, limits_.depth, {"brackets within each other", " 层括号"});
    }
    return built;
  }

  /// `function`: of the call whose argument this is.
  [[nodiscard]] Built node(const Json& json, const std::string& place, bool is_argument,
                           const dsl::Function* function) {
    const Text nodes = {"a condition: an object with and, or, not, tag, call, segment or everyone",
                        "一个条件：含 and、or、not、tag、call、segment 或 everyone 的对象"};
    if (fault_.has_value()) {
      return {};
    }
    if (!json.is_object()) {
      fail(place, shown(json), nodes);
      return {};
    }
    if (json.contains("and") || json.contains("or")) {
      return group(json, place, json.contains("and") ? TreeKind::And : TreeKind::Or);
    }
    if (json.contains("not")) {
      return negation(json, place);
    }
    if (json.contains("everyone")) {
      return everyone(json, place);
    }
    if (json.contains("segment")) {
      return segment(json, place);
    }
    if (json.contains("call")) {
      return call(json, place);
    }
    if (json.contains("tag")) {
      return term(json, place, "tag");
    }
    if (is_argument && json.contains("literal")) {
      return literal(json, place);
    }
    if (is_argument && json.contains("option")) {
      return option(json, place, function);
    }
    fail(place, json.empty() ? "{}" : "key " + json.begin().key(), nodes);
    return {};
  }

  [[nodiscard]] Built group(const Json& json, const std::string& place, TreeKind kind) {
    const std::string_view key = kind == TreeKind::And ? "and" : "or";
    only(json, place, {key});
    const Json& list = json.begin().value();
    const std::string inner = below(place);
    if (!fault_.has_value() && (!list.is_array() || list.empty())) {
      fail(member(inner, key), shown(list), {"a list of conditions", "条件列表"});
    }
    if (fault_.has_value()) {
      return {};
    }
    if (list.size() == 1) {
      return node(list.front(), item(inner, key, 0), false, nullptr);
    }
    Built whole;
    whole.tree.kind = kind;
    for (std::size_t i = 0; i < list.size() && !fault_.has_value(); ++i) {
      Built operand = node(list[i], item(inner, key, i), false, nullptr);
      if (operand.tree.kind == kind) {  // a AND (b AND c) = a AND b AND c
        whole.depth = std::max(whole.depth, operand.depth);
        std::move(operand.tree.operands.begin(), operand.tree.operands.end(),
                  std::back_inserter(whole.tree.operands));
      } else {
        add(whole, std::move(operand));
      }
    }
    return checked(std::move(whole), place);
  }

  static void add(Built& whole, Built operand) {
    whole.depth = std::max(whole.depth, operand.depth + (is_group(operand.tree) ? 1U : 0U));
    whole.tree.operands.push_back(std::move(operand.tree));
  }

  [[nodiscard]] Built negation(const Json& json, const std::string& place) {
    only(json, place, {"not"});
    if (fault_.has_value()) {
      return {};
    }
    Built operand = node(json.begin().value(), member(below(place), "not"), false, nullptr);
    if (operand.tree.kind == TreeKind::Not) {  // NOT NOT a = a
      Tree inner = std::move(operand.tree.operands.front());
      // The depth still counts the brackets of the NOT: one too many at most.
      return {std::move(inner), operand.depth};
    }
    Built whole;
    whole.tree.kind = TreeKind::Not;
    add(whole, std::move(operand));
    return checked(std::move(whole), place);
  }

  [[nodiscard]] Built everyone(const Json& json, const std::string& place) {
    only(json, place, {"everyone"});
    const Json& value = json.begin().value();
    if (value != true) {
      fail(member(below(place), "everyone"), shown(value), {"true", " true"});
    }
    return leaf({}, place, 0);
  }

  [[nodiscard]] Built segment(const Json& json, const std::string& place) {
    only(json, place, {"segment", "quoted"});
    Tree tree;
    tree.kind = TreeKind::Segment;
    tree.name.text = text(json.at("segment"), member(below(place), "segment"));
    tree.name.quoted = quoted(json, place, tree.name.text, may_be_bare_segment(tree.name.text));
    return leaf(std::move(tree), place, 0);
  }

  [[nodiscard]] Built literal(const Json& json, const std::string& place) {
    only(json, place, {"literal"});
    Built built;
    built.tree.kind = TreeKind::Literal;
    built.tree.name.text = text(json.at("literal"), member(below(place), "literal"));
    const std::string& word = built.tree.name.text;
    if (!may_be_bare_value(word) || !dsl::is_literal(dsl::decode(word))) {
      fail(member(below(place), "literal"), shown(json.at("literal")),
           {"a number or percentage as text, such as \"1000\" or \"10%\"",
            "文本形式的数字或百分比，如 \"1000\" 或 \"10%\""});
    }
    return built;
  }

  [[nodiscard]] Built option(const Json& json, const std::string& place,
                             const dsl::Function* function) {
    Built built = term(json, place, "option");
    if (!fault_.has_value() && !is_option(function, built.tree)) {
      std::string list;
      if (function != nullptr) {
        for (const dsl::OptionId id : function->options) {
          list += (list.empty() ? "" : ", ") + std::string(dsl::option(id).en);
        }
      }
      fail(member(below(place), "option"), shown(json.at("option")),
           list.empty() ? Text{"no option here", "这里没有选项"}
                        : Text{"one of " + list + ", with is, is_not or op",
                               "以下之一：" + list + "，并带 is、is_not 或 op"});
    }
    return built;
  }

  [[nodiscard]] Built call(const Json& json, const std::string& place) {
    only(json, place, {"call", "arguments", "options"});
    const std::string inner = below(place);
    Built whole;
    whole.tree.kind = TreeKind::Call;
    whole.tree.name.text = text(json.at("call"), member(inner, "call"));
    if (!fault_.has_value() && !may_be_bare_name(whole.tree.name.text)) {
      fail(member(inner, "call"), shown(json.at("call")),
           {"the name of a function, such as did", "函数名，如 did"});
    }
    const dsl::Function* function = dsl::find_function(whole.tree.name.text);
    for (const std::string_view key : {"arguments", "options"}) {
      const auto found = json.find(key);
      if (found == json.end() || fault_.has_value()) {
        continue;
      }
      if (!found->is_array()) {
        fail(member(inner, key), shown(*found), {"a list", "列表"});
        return {};
      }
      for (std::size_t i = 0; i < found->size() && !fault_.has_value(); ++i) {
        const std::string at = item(inner, key, i);
        const Json& argument = (*found)[i];
        if (key == "options" && !(argument.is_object() && argument.contains("option"))) {
          fail(at, shown(argument), {"an object with option", "含 option 的对象"});
          return {};
        }
        Built operand = node(argument, at, true, function);
        // A tag that shares its name with an option, written bare, would be read as the option.
        operand.tree.name.quoted |=
            is_option(function, operand.tree) && !argument.contains("option");
        whole.depth = std::max(whole.depth, operand.depth);
        whole.tree.operands.push_back(std::move(operand.tree));
      }
    }
    return leaf(std::move(whole.tree), place, whole.depth + 1);
  }

  /// A tag or an option with its comparison. `key`: "tag" or "option".
  [[nodiscard]] Built term(const Json& json, const std::string& place, const char* key) {
    only(json, place, {key, "quoted", "is", "is_not", "op", "value"});
    const std::string inner = below(place);
    Tree tree;
    tree.kind = TreeKind::Term;
    tree.name.text = text(json.at(key), member(inner, key));
    tree.name.quoted = quoted(json, place, tree.name.text, may_be_bare_name(tree.name.text));
    const int comparisons = static_cast<int>(json.contains("is")) +
                            static_cast<int>(json.contains("is_not")) +
                            static_cast<int>(json.contains("op") || json.contains("value"));
    if (comparisons > 1) {
      fail(place, "more than one comparison",
           {"one of is, is_not, or op with value", " is、is_not、op 加 value 三者之一"});
    }
    if (json.contains("is")) {
      tree.comparison = Comparison::Is;
      values(json.at("is"), member(inner, "is"), tree);
    } else if (json.contains("is_not")) {
      tree.comparison = Comparison::IsNot;
      values(json.at("is_not"), member(inner, "is_not"), tree);
    } else if (comparisons == 1) {
      order(json, place, tree);
    }
    const bool is_list = tree.values.size() > 1;
    return leaf(std::move(tree), place, is_list ? 1 : 0);
  }

  void order(const Json& json, const std::string& place, Tree& tree) {
    const std::string inner = below(place);
    const auto op = json.find("op");
    const auto comparison = op != json.end() && op->is_string()
                                ? order_of(op->get_ref<const std::string&>())
                                : std::nullopt;
    if (!comparison.has_value()) {
      fail(member(inner, "op"), op == json.end() ? "nothing" : shown(*op),
           {"one of >, >=, <, <= (is and is_not are keys)",
            "以下之一：>、>=、<、<=（is 和 is_not 是键）"});
      return;
    }
    tree.comparison = *comparison;
    if (!json.contains("value")) {
      fail(member(inner, "value"), "nothing", {"the value to compare with", "要比较的取值"});
      return;
    }
    tree.values.push_back(value(json.at("value"), member(inner, "value")));
  }

  void values(const Json& json, const std::string& place, Tree& tree) {
    if (!json.is_array() || json.empty()) {
      fail(place, shown(json), {"a list of values", "取值列表"});
      return;
    }
    if (json.size() > limits_.list_values) {
      fail_limit(place, limits_.list_values, {"values", " 个取值"});
      return;
    }
    for (std::size_t i = 0; i < json.size() && !fault_.has_value(); ++i) {
      tree.values.push_back(value(json[i], item(place, "", i)));
    }
  }

  [[nodiscard]] dsl::TermValue value(const Json& json, const std::string& place) {
    dsl::TermValue value;
    if (json.is_string()) {
      value.word.text = text(json, place);
      value.word.quoted = value_is_quoted(value.word.text);
    } else if (json.is_object() && json.contains("text")) {
      only(json, place, {"text", "quoted"});
      value.word.text = text(json.at("text"), member(below(place), "text"));
      value.word.quoted = quoted(json, place, value.word.text, may_be_bare_value(value.word.text));
    } else if (json.is_object()) {
      value.period = period(json, place);
      value.word.text = fault_.has_value() ? "" : dsl::to_text(*value.period);
    } else {
      fail(place, shown(json),
           {"a text (numbers too: \"25\"), or an object with text or last, this, previous",
            "文本（数字也写成文本：\"25\"），或含 text、last、this、previous 的对象"});
    }
    return value;
  }

  [[nodiscard]] std::optional<dsl::Period> period(const Json& json, const std::string& place) {
    const std::string inner = below(place);
    dsl::Period period;
    if (json.contains("last")) {
      only(json, place, {"last", "unit"});
      const Json& count = json.at("last");
      if (!count.is_number_unsigned() || count.get<std::uint64_t>() > dsl::kCountMax) {
        const std::string most = dsl::with_separators(dsl::kCountMax);
        fail(member(inner, "last"), shown(count),
             {"a whole number from 0 to " + most, " 0 到 " + most + " 的整数"});
        return std::nullopt;
      }
      period.length.count = count.get<std::uint32_t>();
      return unit(json, place, "unit", dsl::Unit::Second, period);
    }
    if (json.contains("this")) {
      only(json, place, {"this"});
      period.kind = dsl::Period::Kind::This;
      return unit(json, place, "this", dsl::Unit::Year, period);
    }
    if (json.contains("previous")) {
      only(json, place, {"previous"});
      period.kind = dsl::Period::Kind::Previous;
      return unit(json, place, "previous", dsl::Unit::Year, period);
    }
    fail(place, shown(json), {"text, last, this or previous", " text、last、this 或 previous"});
    return std::nullopt;
  }

  [[nodiscard]] std::optional<dsl::Period> unit(const Json& json, const std::string& place,
                                                const char* key, dsl::Unit longest,
                                                dsl::Period period) {
    const auto found = json.find(key);
    const auto unit = found != json.end() && found->is_string()
                          ? unit_of(found->get_ref<const std::string&>())
                          : std::nullopt;
    if (!unit.has_value() || *unit > longest) {
      fail(member(below(place), key), found == json.end() ? "nothing" : shown(*found),
           {"one of day, week, month, quarter, year", "以下之一：day、week、month、quarter、year"});
      return std::nullopt;
    }
    period.length.unit = *unit;
    return period;
  }

  const dsl::Limits& limits_;
  std::uint64_t terms_ = 0;
  std::optional<Error> fault_;
};

}  // namespace

Result<Tree> tree_from_json(std::string_view json, const dsl::Limits& limits) {
  if (json.size() > kBytesMax) {
    return tl::unexpected(Error(ErrorCode::TooLarge,
                                {"document: more than 4 MiB", "document：超过 4 MiB"},
                                {"save parts of it as segments", "可以把其中一部分另存为人群"}));
  }
  const std::uint64_t levels_max = kLevelsPerBracket * limits.depth + kLevelsAtLeaf;
  if (auto refusal = refuse_document(json, levels_max)) {
    return tl::unexpected(*std::move(refusal));
  }
  const Json document = Json::parse(json.begin(), json.end(), nullptr, false);
  Reader reader(limits);
  Built built = reader.document(document);
  if (reader.fault().has_value()) {
    return tl::unexpected(*reader.fault());
  }
  if (dsl::count_points(dsl::print(built.tree)) > limits.code_points) {
    const std::string most = dsl::with_separators(limits.code_points);
    return tl::unexpected(Error(ErrorCode::TooLarge,
                                {"document: more than " + most + " characters as text",
                                 "document：写成文本超过 " + most + " 个字符"},
                                {"save parts of it as segments", "可以把其中一部分另存为人群"}));
  }
  return std::move(built.tree);
}

}  // namespace tagline::server
