#include "cli/repl/completer.h"

#include "cli/counted.h"
#include "cli/repl/commands.h"
#include "cli/repl/help_pages.h"
#include "cli/repl/replies.h"
#include "cli/repl/setting.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tagline::cli {
namespace {

using server::JsonValue;

/// What is asked at every key may take so long; else it is not asked for a while.
constexpr std::chrono::milliseconds kLiveMax{250};
constexpr std::chrono::seconds kPause{2};
constexpr std::uint64_t kHintTimeoutMs = 120;
/// What the API gives at most.
constexpr std::uint64_t kNamesMax = 500;
/// Tags whose titles and kinds are known.
constexpr std::uint64_t kTitlesMax = 10'000;

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::size_t byte_of(std::string_view text, std::size_t point) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && point-- == 0) {
      break;
    }
  }
  return at;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

Text kind_words(const std::string& kind) {
  static const std::array<std::pair<std::string_view, Text>, 10> kKinds = {{
      {"tag", {"tag", "标签"}},
      {"value", {"value", "取值"}},
      {"event", {"event", "行为"}},
      {"key", {"key", "类别"}},
      {"function", {"function", "函数"}},
      {"option", {"option", "选项"}},
      {"segment", {"segment", "人群"}},
      {"keyword", {"operator", "运算"}},
      {"period", {"period", "时间段"}},
      {"snippet", {"", ""}},
  }};
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const auto& each) { return each.first == kind; });
  return found == kKinds.end() ? Text{} : found->second;
}

void add_part(std::string& help, const std::string& part) {
  if (!part.empty()) {
    help += (help.empty() ? "" : " · ") + part;
  }
}

void add_setting(const std::string& before, const std::string& word, Candidates& candidates) {
  const auto words = words_of(before);
  for (const Setting& setting : settings()) {
    if (words.empty() && setting.name.starts_with(word)) {
      candidates.list.push_back({std::string(setting.name), std::string(setting.name), ""});
    }
    for (const std::string_view value : setting.values) {
      if (words.size() == 1 && words[0] == setting.name && !value.empty() &&
          value.starts_with(word)) {
        candidates.list.push_back({std::string(value), std::string(value), ""});
      }
    }
  }
}

}  // namespace

std::optional<JsonValue> Completer::live(const ApiRequest& request) {
  const auto start = Clock::now();
  if (start < paused_until_) {
    return std::nullopt;
  }
  const auto reply = session_.api().send(request);
  const auto end = Clock::now();
  const bool is_good = reply.has_value() && reply->status == 200;
  if (!is_good || end - start > kLiveMax) {
    paused_until_ = end + kPause;
  }
  return is_good ? std::optional(JsonValue::parse(reply->body)) : std::nullopt;
}

const std::map<std::string, Completer::KnownTag>& Completer::tags() {
  if (!tags_.has_value()) {
    tags_.emplace();
    const auto reply =
        session_.api().send(get("/v1/tags?values=0&limit=" + std::to_string(kTitlesMax)));
    const JsonValue tags = reply.has_value() ? JsonValue::parse(reply->body)["tags"] : JsonValue();
    for (const JsonValue& tag : tags.items()) {
      const KnownTag known{tag["title"].words(), tag["kind"].text(), tag["unit"].text()};
      tags_->emplace(tag["name"].text(), known);
      for (const std::string& alias : tag["also"].texts()) {
        tags_->emplace(alias, known);
      }
    }
  }
  return *tags_;
}

const Completer::Checked& Completer::check(const std::string& expression) {
  if (checked_.expression != expression) {
    Checked checked;
    const auto reply = live(post("/v1/check", session_.body_of(expression)));
    if (!reply.has_value()) {
      checked_ = {};
      return checked_;
    }
    checked.expression = expression;
    checked.ok = (*reply)["ok"].truth();
    checked.errors = diagnostics_of((*reply)["errors"]);
    checked_ = std::move(checked);
  }
  return checked_;
}

std::vector<dsl::Span> Completer::faults(const std::string& expression) {
  std::vector<dsl::Span> spans;
  const std::size_t end = code_points(expression);
  for (const dsl::Diagnostic& fault : check(expression).errors) {
    if (fault.span.end < end && fault.code != "unclosed-paren") {
      spans.push_back(fault.span);
    }
  }
  return spans;
}

std::string Completer::count_hint(const std::string& expression) {
  if (!check(expression).ok) {
    return {};
  }
  const auto reply = live(post(
      "/v1/query",
      session_.body_of(expression).text("want", "count").number("timeout_ms", kHintTimeoutMs)));
  if (!reply.has_value() || (*reply)["count"].is_null()) {
    return {};
  }
  const std::uint64_t count = (*reply)["count"].number();
  const std::string share = percent(count, (*reply)["population"].number());
  return session_.console().say(
      {people_counted(count) + " · " + share, grouped(count) + " 人 · " + share});
}

Candidates Completer::of_expression(const std::string& expression, std::size_t cursor,
                                    const std::string& kind) {
  Candidates candidates;
  candidates.from = candidates.to = cursor;
  JsonBody body =
      session_.body_of(expression)
          .number("cursor", code_points(std::string_view(expression).substr(0, cursor)));
  if (!kind.empty()) {
    body.number("limit", kNamesMax);  // of which those of a kind are taken
  }
  const auto reply = session_.api().send(post("/v1/complete", body));
  if (!reply.has_value() || reply->status != 200) {
    return candidates;
  }
  const Console& console = session_.console();
  const JsonValue found = JsonValue::parse(reply->body);
  const auto place = [&](const char* key) {
    return byte_of(expression, std::max<std::size_t>(found[key].number(), 1) - 1);
  };
  candidates.from = place("from");
  candidates.to = place("to");
  // The editor shows a list by its letters, nine to a page: of all the ways to say a date those
  // that come first here, the usual ones, are enough until something is typed.
  constexpr std::size_t kUsualDates = 9;
  const auto& offers = found["candidates"].items();
  const bool are_dates = kind.empty() && candidates.from == candidates.to && !offers.empty() &&
                         offers.front()["kind"].text() == "period";
  for (const JsonValue& each : offers) {
    if (are_dates && candidates.list.size() == kUsualDates) {
      break;
    }
    if (!kind.empty() && each["kind"].text() != kind) {
      continue;
    }
    Candidate candidate{each["insert"].text(), each["label"].text(), ""};
    if (!kind.empty()) {
      // The name, without what follows it in an expression.
      const bool blank = candidate.label.find(' ') != std::string::npos;
      candidate.insert = blank ? "\"" + candidate.label + "\"" : candidate.label;
    }
    add_part(candidate.help, console.say(kind_words(each["kind"].text())));
    if (const auto people = each["people"].number_if_any(); people.has_value()) {
      add_part(candidate.help, console.say({people_counted(*people), grouped(*people) + " 人"}));
    }
    const std::string detail = console.say(each["detail"].words());
    add_part(candidate.help, detail);
    if (const auto tag = tags().find(candidate.label);
        each["kind"].text() == "tag" && tag != tags().end()) {
      const std::string& said = console.say(tag->second.title);
      add_part(candidate.help, said == detail || said == candidate.label ? "" : said);
      add_part(candidate.help, tag->second.unit);
    }
    if (each["deprecated"].truth()) {
      add_part(candidate.help, console.say({"deprecated", "已弃用"}));
    }
    candidates.list.push_back(std::move(candidate));
  }
  return candidates;
}

Candidates Completer::of_tags(const std::string& typed, std::string_view kinds) {
  // Where nothing was typed, what stands ahead says in which language to offer.
  const bool chinese = typed.empty() && session_.console().language() == dsl::Language::Chinese;
  const std::string ahead = chinese ? "非 " : "";
  Candidates found = of_expression(ahead + typed, ahead.size() + typed.size(), "tag");
  found.from -= std::min(found.from, ahead.size());
  found.to -= std::min(found.to, ahead.size());
  std::erase_if(found.list, [&](const Candidate& candidate) {
    const auto tag = tags().find(candidate.label);
    return tag != tags().end() && kinds.find(tag->second.kind) == std::string_view::npos;
  });
  return found;
}

Candidates Completer::of_events(const std::string& typed) {
  // Where the language expects one.
  const bool chinese = typed.empty() && session_.console().language() == dsl::Language::Chinese;
  const std::string call = chinese ? "做过(" : "did(";
  Candidates found = of_expression(call + typed, call.size() + typed.size(), "event");
  found.from -= std::min(found.from, call.size());
  found.to -= std::min(found.to, call.size());
  return found;
}

Candidates Completer::of_command(const std::string& input, std::size_t cursor) {
  const Console& console = session_.console();
  Candidates candidates;
  candidates.to = cursor;
  const std::size_t space = input.find_first_of(" \t");
  if (space == std::string::npos || cursor <= space) {
    const std::string typed = input.substr(0, cursor);
    for (const Command& command : commands()) {
      if (("\\" + std::string(command.name)).starts_with(typed)) {
        candidates.list.push_back(
            {"\\" + std::string(command.name) + (command.arguments.empty() ? "" : " "),
             console.say(usage_of(command)),
             console.say({std::string(command.what), std::string(command.what_zh)})});
      }
    }
    return candidates;
  }
  const Command* command = find_command(input.substr(1, space - 1));
  if (command == nullptr) {
    return candidates;
  }
  const std::string before = input.substr(0, cursor);
  // An expression begins behind the command, or behind the last of those that are listed.
  const std::size_t listed = before.rfind(';');
  const std::size_t part = (listed == std::string::npos ? space : listed) + 1;
  const std::size_t word = before.find_last_of(" \t") + 1;
  const std::string typed = before.substr(word);
  candidates.from = word;
  const auto shifted = [](Candidates found, std::size_t by) {
    found.from += by;
    found.to += by;
    return found;
  };
  switch (command->takes) {
    case Takes::Nothing:
      break;
    case Takes::Tags:
      return shifted(of_tags(typed, "flag category set number date"), word);
    case Takes::NumberTags:
      return shifted(of_tags(typed, "number"), word);
    case Takes::OrderedTags:
      return shifted(of_tags(typed, "number date"), word);
    case Takes::ValueTags:
      return shifted(of_tags(typed, "category set flag"), word);
    case Takes::Events:
      return shifted(of_events(typed), word);
    case Takes::Segments: {
      const std::string name = typed.starts_with('@') ? typed : "@" + typed;
      Candidates found = of_expression(name, name.size(), "segment");
      for (Candidate& candidate : found.list) {
        if (!candidate.insert.starts_with('@')) {
          candidate.insert.insert(candidate.insert.begin(), '@');
        }
      }
      found.from = word;
      found.to = cursor;
      return found;
    }
    case Takes::Expression:
      return shifted(of_expression(input.substr(part), cursor - part, ""), part);
    case Takes::Setting:
      add_setting(before.substr(space, word - space), typed, candidates);
      break;
    case Takes::Topic:
      for (const std::string& topic : topics(console.language())) {
        if (lower(topic).find(lower(before.substr(space + 1))) != std::string::npos) {
          candidates.list.push_back({topic, topic, ""});
        }
      }
      for (const Command& each : commands()) {
        if (each.name.starts_with(typed)) {
          candidates.list.push_back({std::string(each.name), console.say(usage_of(each)), ""});
        }
      }
      candidates.from = space + 1;
      break;
    case Takes::File:
      candidates.are_files = true;
      break;
  }
  return candidates;
}

Candidates Completer::at(const std::string& input, std::size_t cursor) {
  cursor = std::min(cursor, input.size());
  return input.starts_with('\\') ? of_command(input, cursor) : of_expression(input, cursor, "");
}

}  // namespace tagline::cli
