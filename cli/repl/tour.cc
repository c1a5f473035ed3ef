#include "cli/repl/tour.h"

#include "cli/counted.h"
#include "cli/demo/population.h"
#include "cli/exit_status.h"
#include "cli/expression_lines.h"
#include "cli/repl/commands.h"
#include "cli/repl/session.h"
#include "dsl/display_width.h"
#include "dsl/wrapped.h"
#include "server/http/percent_encoded.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tagline::cli {
namespace {

constexpr unsigned kFineStatus = 200;
constexpr unsigned kInputCellsMin = 20;
/// Of fewer customers the last segments of the tour hold next to nobody.
constexpr std::uint64_t kSmallShop = 20'000;
constexpr std::uint64_t kEnough = 10;
/// Commands that look at people: of nobody they have nothing to say.
constexpr std::array<std::string_view, 5> kLooking = {"\\apart", "\\by", "\\cross", "\\overlap",
                                                      "\\pareto"};

std::string_view command_of(std::string_view input) {
  return input.substr(0, input.find(' '));
}

/// Every line behind so many blanks, flowed anew where the window has a width.
std::string indented(const std::string& lines, std::size_t blanks, const Console& console) {
  std::string text(blanks, ' ');
  for (const char c : lines) {
    text += c;
    if (c == '\n') {
      text.append(blanks, ' ');
    }
  }
  return dsl::flowed(text + "\n", console.reading_window());
}

/// An input that Enter runs, in lines that may be typed as they stand; as it is in a pipe.
std::string proposed(const std::string& label, const std::string& input, const Console& console) {
  if (console.window() == 0) {
    return label + input + "\n";
  }
  const auto used = static_cast<unsigned>(dsl::display_width(std::string_view(label)));
  const unsigned room = console.window() - std::min(used, console.window());
  std::string text;
  for (const std::string& line : expression_lines(input, std::max(room, kInputCellsMin))) {
    text += (text.empty() ? label : std::string(used, ' ')) + line + "\n";
  }
  return text;
}

/// 1 .. most.
std::optional<std::size_t> step_of(const std::string& word, std::size_t most) {
  std::size_t number = 0;
  const char* end = word.data() + word.size();
  const auto [read, problem] = std::from_chars(word.data(), end, number);
  return problem == std::errc() && read == end && number >= 1 && number <= most
             ? std::optional(number - 1)
             : std::nullopt;
}

}  // namespace

const TourScript& Tour::script() const {
  return tour_script(session_.console().language());
}

const TourPart& Tour::part() const {
  return script().steps[place_->step].parts[place_->part];
}

void Tour::tell(const std::string& text) {
  say(dsl::wrapped_lines(text, session_.console().reading_window()));
}

void Tour::say(const std::string& text) {
  if (session_.settings().format == Format::Table) {
    session_.console().out(text);
  } else {
    session_.console().err(text);
  }
}

bool Tour::fits() {
  const auto reply = session_.api().send(get("/v1/tags/churn_risk"));
  return reply.has_value() && reply->status == kFineStatus &&
         server::JsonValue::parse(reply->body)["tag"]["source"].text() == demo::kSource;
}

int Tour::command(const std::string& arguments) {
  const auto words = words_of(arguments);
  const std::string word = words.empty() ? "" : words.front();
  const std::size_t steps = script().steps.size();
  if (words.size() > 1) {
    return session_.report_usage("tour", {"one word at most is expected", "最多一个参数"});
  }
  if (word == "end" || word == "结束") {
    end();
    return kFine;
  }
  if (word == "next" || word == "下一步") {
    if (!is_on()) {
      return begin(0);
    }
    place_->part = script().steps[place_->step].parts.size() - 1;
    go_on();
    return kFine;
  }
  if (word.empty()) {
    if (!is_on()) {
      return begin(0);
    }
    show();
    return kFine;
  }
  if (const auto step = step_of(word, steps); step.has_value()) {
    return begin(*step);
  }
  const std::string last = std::to_string(steps);
  return session_.report_usage("tour", {"\"" + word + "\" is no step; they are 1 to " + last,
                                        "没有步骤 “" + word + "”；步骤为 1 到 " + last});
}

int Tour::begin(std::size_t step) {
  const bool was_on = is_on();
  if (!was_on && !fits()) {
    return session_.console().report_usage(
        {"the tour needs a database made by `tagline demo`, and this is none",
         "导览需要由 tagline demo 生成的数据库，当前数据库不是"},
        {"make one and look at it: tagline demo --db demo-shop --tour",
         "请生成一个并打开：tagline demo --db demo-shop --tour"});
  }
  if (!was_on) {
    if (step == 0) {
      say("\n" + indented(script().intro, 0, session_.console()));
      warn_of_few();
    }
    if (!set_day()) {
      return kSystemAtFault;
    }
  }
  place_ = Place{step, 0};
  show();
  return kFine;
}

/// What happened lately is asked for: as of the last day there is, unless a day was set.
bool Tour::set_day() {
  if (session_.settings().as_of.has_value()) {
    return true;
  }
  const auto answered = session_.ask(get("/v1/events/app_open"), "");
  if (!answered.has_value()) {
    return false;
  }
  const std::string last = answered->json["event"]["last"].text();
  session_.settings().as_of = last;
  set_as_of_ = true;
  tell("\n" +
       session_.console().say(
           {"`today` is " + last + ", the last day there is (\\set as_of today undoes it).\n",
            "“今天”设为 " + last + "，即数据的最后一天（\\set as_of today 可恢复）。\n"}));
  return true;
}

void Tour::warn_of_few() {
  const std::uint64_t people = people_of("*");
  if (people >= kSmallShop) {
    return;
  }
  const std::string count = grouped(people);
  tell("\n" +
       session_.console().say(
           {"This is a small shop of " + count +
                " customers: narrow questions find few of them, or nobody. tagline demo --db "
                "DIR --users 100000 makes a larger one.\n",
            "这家商城较小，只有 " + count +
                " 位顾客：条件多时剩下的人很少，甚至没有。tagline demo --db 目录 --users "
                "100000 可生成更大的商城。\n"}));
}

void Tour::show() {
  const Console& console = session_.console();
  const TourStep& step = script().steps[place_->step];
  std::string text = "\n";
  if (place_->part == 0) {
    const std::string of =
        std::to_string(place_->step + 1) + "/" + std::to_string(script().steps.size());
    text += console.bold("[" + of + "] " + step.title) + "\n";
  }
  if (!part().text.empty()) {
    text += indented(part().text, 2, console);
  }
  const Proposal now = proposal();
  if (!now.note.en.empty()) {
    text += "\n" + indented(console.say(now.note), 2, console);
  }
  text += "\n" + proposed("  " + console.say({"Enter runs:  ", "回车执行："}), now.input, console);
  say(text);
}

Tour::Proposal Tour::proposal() {
  Proposal now{filled(part().input), {}};
  const std::string command(command_of(now.input));
  const auto words = words_of(now.input.substr(command.size()));
  if (words.empty()) {
    return now;
  }
  const auto in_its_place = [&](Text note) {
    now.input.insert(command.size(), "!");
    now.note = std::move(note);
  };
  if (command == "\\save") {
    const auto reply =
        session_.api().send(get("/v1/segments/" + server::percent_encoded(words.front())));
    if (reply.has_value() && reply->status == kFineStatus) {
      in_its_place(
          {"A segment of this name is there already, perhaps of an earlier tour: \\save! "
           "puts this rule in its place, and the rule it had stays in its \\history.",
           "已有同名人群，可能是上次导览留下的：\\save! 用这条规则取代它，"
           "原来的规则仍可在 \\history 中看到。"});
    }
  } else if (command == "\\export") {
    std::error_code problem;
    if (std::filesystem::is_regular_file(words.front(), problem)) {
      in_its_place(
          {"A file of this name is there already, perhaps of an earlier tour: \\export! "
           "puts this one in its place.",
           "已有同名文件，可能是上次导览留下的：\\export! 会覆盖它。"});
    }
  }
  return now;
}

std::string Tour::expression_to_look_at() {
  const TourPart& now = part();
  const bool looks =
      std::find(kLooking.begin(), kLooking.end(), command_of(now.input)) != kLooking.end();
  if (!looks || people_of(now.expression) > 0) {
    return now.expression;
  }
  // Of a handful there is as little to see.
  std::string chosen;
  std::uint64_t most = 0;
  for (const std::string& wider : now.wider) {
    if (const std::uint64_t people = people_of(wider); people > most) {
      chosen = wider;
      most = people;
    }
    if (most >= kEnough) {
      break;
    }
  }
  if (chosen.empty()) {
    return now.expression;
  }
  const std::string count = grouped(most);
  tell(session_.console().say(
           {"Nobody is in that segment here, so this looks at the " + count + " of:  " + chosen,
            "该人群在这里没有人，因此改看这 " + count + " 人：" + chosen}) +
       "\n\n");
  return chosen;
}

std::string Tour::seen() {
  const TourPart& now = part();
  const bool is_why = command_of(now.input) == "\\why";
  if ((now.input.starts_with('\\') && !is_why) || people_of(now.expression) > 0) {
    return filled(now.seen);
  }
  return session_.console().say(
      is_why
          ? Text{"Nobody is in the segment here, so this is one of those outside: the list above "
                 "says which\nchanges would take her in.",
                 "该人群在这里没有人，所以看的是人群之外的一位：上面列出了怎样改变才会进入。"}
          : Text{"Nobody: so many conditions leave none of " + count_of("*", "count") +
                     " customers. The next steps say so where it\nmatters; in a larger shop they "
                     "have more to show.",
                 "一个人也没有：这么多条件之后，" + count_of("*", "count") +
                     " 位顾客中无人符合。后面的步骤会在必要处说明；商城越大，可看的越多。"});
}

void Tour::remind() {
  const std::string step = std::to_string(place_->step + 1);
  const std::string input = proposal().input;
  tell(session_.console().say(
      {"\n(tour, step " + step + "; Enter runs:  " + input + "   \\tour end leaves)\n",
       "\n（导览第 " + step + " 步；回车执行：" + input + "   \\tour end 结束）\n"}));
}

int Tour::enter() {
  const TourPart now = part();
  const std::string input = proposal().input;
  say("\n");
  session_.set_expression(now.input.starts_with('\\') ? expression_to_look_at()
                                                      : now.expression_before);
  const int status = session_.run_proposed(input);
  if (session_.is_over() || !is_on()) {
    return status;
  }
  if (status != kFine) {
    const std::string step = std::to_string(place_->step + 1);
    tell(session_.console().say({"\nThat did not work; it may need an earlier step. \\tour " +
                                     step + " shows this one again, \\tour next goes on.\n",
                                 "\n执行未成功，可能需要先完成前面的步骤。\\tour " + step +
                                     " 重看本步，\\tour next 跳到下一步。\n"}));
    return status;
  }
  if (!now.seen.empty()) {
    say("\n" + indented(seen(), 2, session_.console()));
  }
  go_on();
  return status;
}

void Tour::go_on() {
  if (place_->part + 1 < script().steps[place_->step].parts.size()) {
    ++place_->part;
  } else if (place_->step + 1 < script().steps.size()) {
    place_ = Place{place_->step + 1, 0};
  } else {
    place_.reset();
    say("\n" + indented(script().outro, 0, session_.console()));
    return;
  }
  show();
}

void Tour::end() {
  if (std::exchange(place_, std::nullopt).has_value()) {
    say(session_.console().say(
        {"The tour is over; \\tour begins it again.\n", "导览已结束；输入 \\tour 可重新开始。\n"}));
    if (std::exchange(set_as_of_, false) && session_.settings().as_of.has_value()) {
      const std::string day = *session_.settings().as_of;
      say(session_.console().say({"`today` is still " + day + "; \\set as_of today undoes that.\n",
                                  "“今天”仍为 " + day + "；输入 \\set as_of today 可恢复。\n"}));
    }
  } else {
    say(session_.console().say(
        {"No tour is on; \\tour begins one.\n", "当前没有导览；输入 \\tour 开始。\n"}));
  }
}

std::uint64_t Tour::people_of(const std::string& expression) {
  const auto reply =
      session_.api().send(post("/v1/query", session_.body_of(expression).text("want", "count")));
  // Whoever cannot count says so when the step runs.
  return reply.has_value() && reply->status == kFineStatus
             ? server::JsonValue::parse(reply->body)["count"].number()
             : 1;
}

std::string Tour::count_of(const std::string& expression, const char* field) {
  const auto reply =
      session_.api().send(post("/v1/query", session_.body_of(expression).text("want", "count")));
  if (!reply.has_value() || reply->status != kFineStatus) {
    return "?";
  }
  return grouped(server::JsonValue::parse(reply->body)[field].number());
}

std::string Tour::member_of(const std::string& expression) {
  const auto reply = session_.api().send(
      post("/v1/query", session_.body_of(expression).text("want", "ids").number("limit", 1)));
  const auto ids = reply.has_value() && reply->status == kFineStatus
                       ? server::JsonValue::parse(reply->body)["ids"].texts()
                       : std::vector<std::string>();
  return ids.empty() ? std::string() : ids.front();
}

std::string Tour::filled(std::string text) {
  const auto fill = [&](std::string_view place, const auto& value) {
    for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place)) {
      text.replace(at, place.size(), value());
    }
  };
  const TourPart& now = part();
  fill("{count} people", [&] { return people_counted(people_of(now.expression)); });
  fill("{count}", [&] { return count_of(now.expression, "count"); });
  fill("{before}", [&] { return count_of(now.expression_before, "count"); });
  fill("{population}", [&] { return count_of("*", "population"); });
  fill("{member}", [&] {
    std::string member = member_of(now.expression);
    for (auto wider = now.wider.begin(); member.empty() && wider != now.wider.end(); ++wider) {
      member = member_of(*wider);
    }
    return member.empty() ? std::string("u0000001") : member;
  });
  return text;
}

int tour_command(Session& session, const std::string& arguments) {
  return session.tour().command(arguments);
}

}  // namespace tagline::cli
