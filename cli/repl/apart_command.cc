// \apart: the people of the expression beside others, and what is far more or less common there.
// The tags of the expressions are left out: that they differ is no news.
#include "cli/counted.h"
#include "cli/decimal_text.h"
#include "cli/exit_status.h"
#include "cli/repl/apart.h"
#include "cli/repl/commands.h"
#include "cli/repl/replies.h"
#include "cli/table.h"
#include "server/http/percent_encoded.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::cli {
namespace {

using server::JsonValue;

/// Standard errors from which a difference is told. Of some hundred values that are compared,
/// chance alone makes one so large in every third question.
constexpr double kErrorsMin = 3;
constexpr std::uint64_t kTagsMax = 10'000;

struct Difference {
  std::string tag;
  std::string value;      ///< empty: a flag, or the mean of a number
  Text name;              ///< of a number its tag and unit
  std::string condition;  ///< of a share: an expression
  bool of_mean = false;
  double them = 0;  ///< a share of 1, or a mean
  double others = 0;
  double errors = 0;
};

std::string digits(double number, int places) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.*f", places, number);
  return text.data();
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// Words at `wanted` ("tag", "segment") anywhere in an expression's tree. Recursion is as deep as
/// brackets nest.
void add_words(const JsonValue& tree, std::string_view wanted, std::set<std::string>& words) {
  for (const JsonValue& each : tree.items()) {
    add_words(each, wanted, words);
  }
  for (const auto& [key, value] : tree.members()) {
    if (key == wanted) {
      words.insert(lower(value.text()));
    } else {
      add_words(value, wanted, words);
    }
  }
}

double number_of(const std::optional<std::string>& decimal) {
  return std::strtod(decimal.value_or("0").c_str(), nullptr);
}

/// From the sum: means come rounded to the digits that are shown.
Mean mean_of(const std::optional<std::string>& sum, const std::optional<std::string>& deviation,
             std::uint64_t known) {
  return {known == 0 ? 0 : number_of(sum) / static_cast<double>(known), number_of(deviation),
          known};
}

class Apart {
 public:
  Apart(Session& session, std::string base) : session_(session), base_(std::move(base)) {}

  int run() {
    const std::string mine = "(" + session_.expression() + "\n)";
    const std::string others = (base_.empty() ? "" : "(" + base_ + "\n) AND ") + "NOT " + mine;
    if (!read_names() || !leave_out(session_.expression()) ||
        (!base_.empty() && !leave_out(base_)) || !read_profile(session_.expression(), them_)) {
      return status_;
    }
    // All others are what is left of everybody, which the same answer says. Where little is left,
    // its deviations would be made of rounded digits: then they are asked for.
    if (base_.empty() && them_.answer.count <= them_.answer.population / 2) {
      others_ = rest_of(them_);
    } else if (!read_profile(others, others_)) {
      return status_;
    }
    if (them_.answer.count != 0 && others_.answer.count != 0) {
      compare_rows();
      compare_numbers();
    }
    std::stable_sort(found_.begin(), found_.end(), [](const Difference& a, const Difference& b) {
      return std::abs(a.errors) > std::abs(b.errors);
    });
    total_ = found_.size();
    found_.resize(std::min<std::size_t>(found_.size(), session_.settings().limit));
    print();
    return kFine;
  }

 private:
  using Answered = std::optional<JsonValue>;

  Answered ask(const ApiRequest& request, const std::string& expression) {
    auto answered = session_.ask(request, expression);
    if (!answered.has_value()) {
      status_ = answered.error();
      return std::nullopt;
    }
    return std::move(answered->json);
  }

  /// Of all tags. False: they cannot be had, which has been said.
  bool read_names() {
    const auto tags = ask(get("/v1/tags?values=0&limit=" + std::to_string(kTagsMax)), "");
    if (!tags.has_value()) {
      return false;
    }
    for (const JsonValue& tag : (*tags)["tags"].items()) {
      const std::string name = tag["name"].text();
      names_[lower(name)] = name;
      for (const std::string& also : tag["also"].texts()) {
        names_[lower(also)] = name;
      }
      if (tag["deprecated"].truth()) {
        left_out_.insert(name);
      }
    }
    return true;
  }

  /// The tags that an expression names, also within its segments. False: it is at fault, which has
  /// been said. Recursion ends: a segment is looked at once.
  bool leave_out(const std::string& expression) {
    const auto forms = ask(post("/v1/format", session_.body_of(expression)), expression);
    if (!forms.has_value()) {
      return false;
    }
    if (!(*forms)["ok"].truth()) {
      session_.console().report(diagnostics_of((*forms)["errors"]), expression);
      suggest_command(expression);
      status_ = kInputAtFault;
      return false;
    }
    std::set<std::string> words;
    add_words((*forms)["tree"], "tag", words);
    for (const std::string& word : words) {
      if (const auto name = names_.find(word); name != names_.end()) {
        left_out_.insert(name->second);
      }
    }
    std::set<std::string> segments;
    add_words((*forms)["tree"], "segment", segments);
    return std::all_of(segments.begin(), segments.end(), [&](const std::string& segment) {
      if (!segments_.insert(segment).second) {
        return true;
      }
      const auto shown = ask(get("/v1/segments/" + server::percent_encoded(segment)), expression);
      const std::string rule = shown.has_value() ? (*shown)["expression"].text() : std::string();
      return shown.has_value() && (rule.empty() || leave_out(rule));
    });
  }

  /// Where a command was typed for an expression: \apart by city.
  void suggest_command(const std::string& expression) const {
    const std::string word = expression.substr(0, expression.find(' '));
    if (find_command(word) != nullptr) {
      session_.console().err(session_.console().say(
          {"hint:  \\" + word + " is a command of its own; behind \\apart stands an expression\n",
           "提示：\\" + word + " 是单独的命令；\\apart 后面应为表达式\n"}));
    }
  }

  bool read_profile(const std::string& expression, server::BreakdownAnswer& profile) {
    const auto reply =
        ask(post("/v1/query",
                 session_.body_of(expression).text("want", "profile").text("detail", "full")),
            expression);
    if (reply.has_value()) {
      profile = breakdown_of(*reply);
    }
    return reply.has_value();
  }

  /// Of all who are not in `some`.
  static server::BreakdownAnswer rest_of(const server::BreakdownAnswer& some) {
    server::BreakdownAnswer rest = some;
    rest.answer.count = some.answer.population - some.answer.count;
    for (server::TagBreakdown& tag : rest.tags) {
      for (server::BreakdownRow& row : tag.rows) {
        row.count = row.population - row.count;
      }
    }
    return rest;
  }

  void add(Difference difference) {
    if (std::abs(difference.errors) >= kErrorsMin) {
      found_.push_back(std::move(difference));
    }
  }

  void compare_rows() {
    const std::uint64_t people = them_.answer.count;
    const std::uint64_t others = others_.answer.count;
    for (std::size_t i = 0; i < them_.tags.size() && i < others_.tags.size(); ++i) {
      const server::TagBreakdown& tag = them_.tags[i];
      if (left_out_.count(tag.tag) != 0 || others_.tags[i].tag != tag.tag) {
        continue;
      }
      std::map<std::string, std::uint64_t> there;
      for (const server::BreakdownRow& row : others_.tags[i].rows) {
        there[row.value] = row.count;
      }
      const bool flag = tag.kind == engine::TagKind::Flag;
      // Of a flag yes is enough.
      const std::size_t rows = flag ? std::min<std::size_t>(tag.rows.size(), 1) : tag.rows.size();
      for (std::size_t at = 0; at < rows; ++at) {
        const server::BreakdownRow& row = tag.rows[at];
        const std::uint64_t count = there[row.value];
        Difference difference{tag.tag, flag ? "" : row.value, tag.name, {}};
        if (!flag) {
          difference.name.en = row.condition;
          difference.name.zh += ":" + row.name.zh;
        }
        difference.condition = row.condition;
        difference.them = static_cast<double>(row.count) / static_cast<double>(people);
        difference.others = static_cast<double>(count) / static_cast<double>(others);
        difference.errors = errors_apart(Share{row.count, people}, Share{count, others});
        add(std::move(difference));
      }
    }
  }

  void compare_numbers() {
    const bool rest = others_.answer.expression == them_.answer.expression;
    for (std::size_t i = 0; i < them_.tags.size() && i < others_.tags.size(); ++i) {
      const server::TagBreakdown& tag = them_.tags[i];
      const server::TagBreakdown& there = others_.tags[i];
      if (tag.kind != engine::TagKind::Number || left_out_.count(tag.tag) != 0 ||
          there.tag != tag.tag) {
        continue;
      }
      const Mean them = mean_of(tag.sum, tag.deviation, tag.known);
      const Mean all = mean_of(tag.sum_population, tag.deviation_population, tag.known_population);
      const Mean others =
          rest ? mean_of_others(all, them) : mean_of(there.sum, there.deviation, there.known);
      const std::string unit = tag.unit.empty() ? "" : " " + tag.unit;
      add({tag.tag,
           "",
           {"mean " + tag.name.en + unit, tag.name.zh + "均值" + unit},
           "",
           true,
           them.mean,
           others.mean,
           errors_apart(them, others)});
    }
  }

  void print() {
    switch (session_.settings().format) {
      case Format::Json:
      case Format::Ndjson:
        session_.console().out(json() + "\n");
        break;
      case Format::Csv:
        session_.console().out(csv());
        break;
      case Format::Table:
        print_table();
        break;
    }
  }

  [[nodiscard]] std::string json() const {
    std::string rows;
    for (const Difference& each : found_) {
      JsonBody row;
      row.text("tag", each.tag).text("value", each.value).text("condition", each.condition);
      row.text("of", each.of_mean ? "mean" : "share");
      row.raw("people", digits(each.them, 6)).raw("others", digits(each.others, 6));
      row.raw("errors", digits(each.errors, 2));
      rows += (rows.empty() ? "" : ",") + row.json();
    }
    JsonBody body;
    body.text("expression", them_.answer.expression).text("beside", base_);
    body.number("count", them_.answer.count).number("others", others_.answer.count);
    return body.number("found", total_).raw("differences", "[" + rows + "]").json();
  }

  [[nodiscard]] std::string csv() const {
    std::string text = "tag,value,of,people,others,errors\n";
    for (const Difference& each : found_) {
      text += csv_field(each.tag) + "," + csv_field(each.value) + "," +
              (each.of_mean ? "mean" : "share") + "," + digits(each.them, 6) + "," +
              digits(each.others, 6) + "," + digits(each.errors, 2) + "\n";
    }
    return text;
  }

  void print_table() {
    Console& console = session_.console();
    const std::string people = grouped(them_.answer.count);
    const std::string others = grouped(others_.answer.count);
    console.out_expression(session_.displayed(them_.answer.expression));
    if (base_.empty()) {
      console.tell(console.say({"  " + people_counted(them_.answer.count) + ", beside the " +
                                    others + " others there are\n\n",
                                "  " + people + " 人，与其余 " + others + " 人相比\n\n"}));
    } else {
      console.tell(console.say(
          {"  " + people_counted(them_.answer.count) + ", beside the " + others + " others of:\n",
           "  " + people + " 人，与以下人群中其余 " + others + " 人相比：\n"}));
      console.out_expression(session_.displayed(base_), 4);
      console.out("\n");
    }
    if (found_.empty()) {
      console.tell(console.say(
          {"  nothing sets them apart that chance might not\n", "  没有超出偶然的差异\n"}));
      return;
    }
    Table table({{"", Align::Left, 40, Fit::Wrap},
                 {console.say({"them", "该人群"}), Align::Right},
                 {console.say({"others", "其余"}), Align::Right},
                 {console.say({"times", "倍数"}), Align::Right}},
                console.window());
    for (const Difference& each : found_) {
      const auto shown = [&](double number) {
        return each.of_mean ? grouped_decimal(digits(number, 2)) : digits(100 * number, 2) + "%";
      };
      table.add({console.say(each.name), shown(each.them), shown(each.others),
                 each.others > 0 ? digits(each.them / each.others, 2) + "x" : std::string("-")});
    }
    console.out(table.text(2));
    console.tell(console.say(
        {"  differences chance alone would hardly make (3 standard errors or more), surest first; "
         "tags of the expressions are left out\n",
         "  仅列出不太可能出于偶然的差异（至少 3 个标准误），最确定的在前；表达式中的标签不列\n"}));
    if (total_ > found_.size()) {
      const std::string limit = "\\set limit " + std::to_string(total_);
      console.tell(console.say({"  " + grouped(found_.size()) + " of " + grouped(total_) +
                                    " shown; " + limit + " shows all\n",
                                "  共 " + grouped(total_) + "，已显示 " + grouped(found_.size()) +
                                    "；" + limit + " 可显示全部\n"}));
    }
  }

  Session& session_;
  std::string base_;
  int status_ = kFine;
  std::map<std::string, std::string> names_;  ///< of tags, by every name in small letters
  std::set<std::string> left_out_;            ///< tags
  std::set<std::string> segments_;            ///< whose tags are left out
  server::BreakdownAnswer them_;
  server::BreakdownAnswer others_;
  std::vector<Difference> found_;
  std::size_t total_ = 0;
};

}  // namespace

int apart_command(Session& session, const std::string& arguments) {
  return session.expression().empty() ? session.report_no_expression()
                                      : Apart(session, arguments).run();
}

}  // namespace tagline::cli
