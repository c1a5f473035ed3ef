// Commands about tags and saved segments.
#include "cli/counted.h"
#include "cli/events_text.h"
#include "cli/exit_status.h"
#include "cli/names_text.h"
#include "cli/repl/commands.h"
#include "cli/repl/replies.h"
#include "cli/rows.h"
#include "cli/segment_text.h"
#include "cli/table.h"
#include "cli/tag_health_text.h"
#include "cli/tags_text.h"
#include "dsl/print.h"
#include "dsl/unicode.h"
#include "server/http/percent_encoded.h"

#include <algorithm>
#include <limits>

namespace tagline::cli {
namespace {

using server::JsonValue;

constexpr std::uint64_t kValuesOfTag = 10'000;
/// Of each tag that words are found in.
constexpr std::size_t kValuesFound = 3;
/// What \set limit takes at most.
constexpr std::uint64_t kLimitMax = 10'000;

std::string limit_parameter(std::uint64_t limit, const std::string& words) {
  return "?limit=" + std::to_string(limit) +
         (words.empty() ? "" : "&q=" + server::percent_encoded(words));
}

/// "@lapsed" or "lapsed".
std::string name_of(const std::string& word) {
  return word.substr(word.starts_with('@') ? 1 : 0);
}

void say_more(std::uint64_t shown, std::uint64_t total, Console& console) {
  if (shown < total) {
    const std::string limit = "\\set limit " + std::to_string(std::min(total, kLimitMax));
    console.tell(console.say({grouped(shown) + " of " + grouped(total) + " shown; " + limit +
                                  (total > kLimitMax ? " shows more\n" : " shows all\n"),
                              "共 " + grouped(total) + "，已显示 " + grouped(shown) + "；" + limit +
                                  (total > kLimitMax ? " 可显示更多\n" : " 可显示全部\n")}));
  }
}

/// Behind the tags that words are found in: what people do may be what was looked for.
void say_events(Session& session, const std::string& words) {
  Console& console = session.console();
  const auto reply = session.api().send(get("/v1/events?q=" + server::percent_encoded(words)));
  const JsonValue events =
      reply.has_value() ? JsonValue::parse(reply->body)["events"] : JsonValue();
  std::string list;
  for (const JsonValue& event : events.items()) {
    std::string name = event["name"].text();
    for (const std::string& alias : event["also"].texts()) {
      name += " / " + alias;
    }
    list += "  " + printable(name) + "\n";
  }
  if (!list.empty()) {
    console.out("\n" +
                console.say({"events with these words (\\events NAME shows one):\n",
                             "含有这些词的行为（\\events 名称 可查看）：\n"}) +
                list);
  }
}

}  // namespace

int tags_command(Session& session, const std::string& arguments) {
  Console& console = session.console();
  const std::size_t values = arguments.empty() ? 0 : kValuesFound;
  const std::string target = "/v1/tags" + limit_parameter(session.settings().limit, arguments) +
                             "&values=" + std::to_string(values);
  return session.show(
      get(target), "",
      [&](const JsonValue& reply) {
        const server::Catalog catalog = catalog_of(reply);
        if (catalog.tags.empty() && !arguments.empty()) {
          console.tell(console.say({"no tag has these words; \\tags lists all\n",
                                    "没有包含这些词的标签；\\tags 列出全部\n"}));
          say_events(session, arguments);
          return;
        }
        std::vector<std::uint64_t> totals;
        for (const JsonValue& tag : reply["tags"].items()) {
          totals.push_back(tag["values_total"].number());
        }
        TagsShown shown;
        shown.values_max = values;
        shown.values_total = totals;
        shown.tags_total = reply["total"].number();
        shown.found = !arguments.empty();
        print(catalog, shown, console);
        say_more(catalog.tags.size(), shown.tags_total, console);
        if (!arguments.empty()) {
          say_events(session, arguments);
        }
      },
      [](const JsonValue& reply) {
        return csv_rows(reply["tags"], {"name", "kind", "coverage", "lowest", "highest", "unit"});
      });
}

int health_command(Session& session, const std::string& arguments) {
  std::string list;
  for (const std::string& word : words_of(arguments)) {
    list += (list.empty() ? "" : ",") + word;
  }
  Console& console = session.console();
  return session.show(
      get("/v1/tag-health" + (list.empty() ? "" : "?find=" + server::percent_encoded(list))), "",
      [&](const JsonValue& reply) { print_tag_health(reply, console); },
      [](const JsonValue& reply) { return tag_health_csv(reply); });
}

int tag_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  if (words.size() != 1) {
    return session.report_usage("tag", {"one tag is expected", "需要一个标签"});
  }
  Console& console = session.console();
  const std::uint64_t limit = std::max<std::uint64_t>(session.settings().limit, 1);
  const std::string target =
      "/v1/tags/" + server::percent_encoded(words.front()) +
      limit_parameter(session.settings().format == Format::Table ? limit : kValuesOfTag, "");
  return session.show(
      get(target), "",
      [&](const JsonValue& reply) {
        server::Catalog catalog = page_of(reply);
        catalog.time_zone = session.time_zone();
        const storage::TagRecord& record = catalog.tags.front().record;
        const std::string title = console.say(record.title);
        const std::string text(part_in(record.description, console.language()));
        TagsShown shown;
        shown.values_max = std::numeric_limits<std::size_t>::max();
        print(catalog, shown, console);
        if (!title.empty() || !text.empty()) {
          console.tell(
              "\n" + printable(title + (title.empty() || text.empty() ? "" : ": ") + text) + "\n");
        }
        say_more(catalog.tags.front().values.size(), reply["tag"]["values_total"].number(),
                 console);
        print_life(catalog.tags.front(), console);
      },
      [](const JsonValue& reply) {
        return csv_rows(reply["tag"]["values"], {"value", "count"});
      });
}

int events_command(Session& session, const std::string& arguments) {
  Console& console = session.console();
  const auto words = words_of(arguments);
  if (words.size() > 1) {
    return session.report_usage("events", {"one event at most is expected", "最多一个行为"});
  }
  if (words.empty()) {
    return session.show(
        get("/v1/events"), "", [&](const JsonValue& reply) { print(events_of(reply), console); },
        [](const JsonValue& reply) {
          return csv_rows(reply["events"], {"name", "people", "days", "first", "last", "unit"});
        });
  }
  return session.show(
      get("/v1/events/" + server::percent_encoded(words.front()) +
          limit_parameter(session.settings().limit, "")),
      "",
      [&](const JsonValue& reply) {
        const JsonValue event = reply["event"];
        const std::uint64_t people = event["people"].number();
        const auto named = [&](const std::string& own, const std::vector<std::string>& also) {
          const bool chinese = console.language() == dsl::Language::Chinese;
          const auto other = std::find_if(also.begin(), also.end(), [](const std::string& alias) {
            return dsl::has_wide_script(alias);
          });
          return chinese && !dsl::has_wide_script(own) && other != also.end() ? *other : own;
        };
        const std::string name = printable(named(event["name"].text(), event["also"].texts()));
        console.out(console.say(
            {name + ": " + people_counted(people) + " on " +
                 counted(event["days"].number(), "day") + ", " + event["first"].text() + " .. " +
                 event["last"].text() + "\n",
             name + "：" + grouped(people) + " 人，" + grouped(event["days"].number()) + " 天，" +
                 event["first"].text() + " .. " + event["last"].text() + "\n"}));
        Table table({{""}, {""}, {"", Align::Right}, {""}}, console.window());
        for (const JsonValue& key : event["keys"].items()) {
          const std::uint64_t did = key["people"].number();
          const std::string own = named(key["key"].text(), key["also"].texts());
          std::vector<std::string> others = key["also"].texts();
          others.insert(others.begin(), key["key"].text());
          std::erase(others, own);
          table.add({name + ":" + printable(own), printable(joined(others)), grouped(did),
                     Bar{did, std::max<std::uint64_t>(people, 1)}});
        }
        console.out(table.body(2));
        say_more(event["keys"].items().size(), event["keys_total"].number(), console);
      },
      [](const JsonValue& reply) {
        return csv_rows(reply["event"]["keys"], {"key", "people"});
      });
}

int segments_command(Session& session, const std::string& arguments) {
  Console& console = session.console();
  const std::string target = "/v1/segments" + limit_parameter(session.settings().limit, arguments) +
                             session.as_of_parameter('&');
  return session.show(
      get(target), "",
      [&](const JsonValue& reply) {
        server::SegmentList list = segments_of(reply, session.time_zone());
        for (server::SegmentSummary& summary : list.segments) {
          summary.record.expression = session.displayed(summary.record.expression);
        }
        if (list.segments.empty()) {
          console.tell(console.say(
              arguments.empty() ? Text{"no segments; \\save NAME makes one of the expression\n",
                                       "没有人群；\\save 名称 可保存当前表达式\n"}
                                : Text{"no segment has these words; \\segments alone lists all\n",
                                       "没有符合的人群；单独输入 \\segments 可列出全部\n"}));
          return;
        }
        print(list, session.settings().as_of.value_or(""), console);
        say_more(list.segments.size(), list.total, console);
      },
      [](const JsonValue& reply) {
        return csv_rows(reply["segments"], {"name", "count", "expression", "owner"});
      });
}

namespace {

enum class Where : std::uint8_t { NewName, AnyName };

/// NAME [TITLE]: a title goes on to the end, with or without quotes around it.
int save(Session& session, const std::string& arguments, Where where) {
  const auto words = words_of(arguments);
  if (words.empty() || name_of(words[0]).empty()) {
    return session.report_usage(where == Where::NewName ? "save" : "save!",
                                {"a name is expected", "需要一个名称"});
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  JsonBody body = session.body_of(session.expression());
  std::string said;
  if (words.size() > 1) {
    said = words[1];
    for (auto word = words.begin() + 2; word != words.end(); ++word) {
      said += " " + *word;
    }
    JsonBody title;
    const bool chinese = session.console().language() == dsl::Language::Chinese;
    body.raw("title", title.text(chinese ? "zh-CN" : "en", said).json());
  }
  ApiRequest request = post("/v1/segments/" + server::percent_encoded(name_of(words[0])), body);
  request.method = "PUT";
  request.only_new = where == Where::NewName;
  return session.show(
      request, session.expression(),
      [&](const JsonValue& reply) {
        print(saved_of(reply), {session.expression(), said, session.settings().as_of.value_or("")},
              session.console());
      },
      [](const JsonValue& reply) {
        return csv_row(reply,
                       {"name", "created", "rule_version", "count", "population", "canonical"});
      });
}

}  // namespace

int save_command(Session& session, const std::string& arguments) {
  return save(session, arguments, Where::NewName);
}

int replace_command(Session& session, const std::string& arguments) {
  return save(session, arguments, Where::AnyName);
}

int delete_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  if (words.size() != 1 || name_of(words[0]).empty()) {
    return session.report_usage("delete", {"one segment is expected", "需要一个人群"});
  }
  const std::string name = name_of(words[0]);
  ApiRequest request = get("/v1/segments/" + server::percent_encoded(name));
  request.method = "DELETE";
  Console& console = session.console();
  return session.show(
      request, "",
      [&](const JsonValue&) {
        const std::string written = "@" + dsl::write_name(name);
        console.out(console.say({"deleted " + written + "\n", "已删除 " + written + "\n"}));
      },
      [](const JsonValue& reply) { return csv_row(reply, {"name"}); });
}

int rename_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  if (words.size() != 2 || name_of(words[0]).empty() || name_of(words[1]).empty()) {
    return session.report_usage(
        "rename", {"a segment and its new name are expected", "需要一个人群和它的新名称"});
  }
  const std::string from = name_of(words[0]);
  const std::string to = name_of(words[1]);
  JsonBody body;
  ApiRequest request = post("/v1/segments/" + server::percent_encoded(from), body.text("name", to));
  request.method = "PATCH";
  Console& console = session.console();
  return session.show(
      request, "",
      [&](const JsonValue&) {
        const std::string is = "@" + dsl::write_name(to);
        const std::string was = "@" + dsl::write_name(from);
        console.out(
            console.say({was + " is now called " + is + "\n", was + " 已改名为 " + is + "\n"}));
      },
      [](const JsonValue& reply) { return csv_row(reply, {"name"}); });
}

int show_command(Session& session, const std::string& arguments) {
  Console& console = session.console();
  const auto words = words_of(arguments);
  if (words.size() > 1) {
    return session.report_usage("show", {"one segment at most is expected", "最多一个人群"});
  }
  if (!words.empty()) {
    const std::string name = name_of(words.front());
    return session.show(
        get("/v1/segments/" + server::percent_encoded(name) + session.as_of_parameter('?')), "",
        [&](const JsonValue& reply) {
          server::SegmentSummary summary = segment_of(reply, session.time_zone());
          // Faults and warnings point into the rule as it was typed.
          if (summary.faults.empty() && summary.warnings.empty()) {
            summary.record.expression = session.displayed(summary.record.expression);
          }
          print(summary, session.settings().as_of.value_or(""), console);
        },
        [](const JsonValue& reply) {
          return csv_row(reply, {"name", "count", "expression", "owner"});
        });
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  return session.show(
      post("/v1/format", session.body_of(session.expression())), session.expression(),
      [&](const JsonValue& reply) {
        // A rule is shown whole, however long.
        Table table({{""}, {"", Align::Left, 0, Fit::WrapExpression}}, console.window());
        const auto line = [&](const Text& label, const std::string& value) {
          table.add({console.say(label), value});
        };
        line({"canonical", "标准写法"}, reply["canonical"].text());
        line({"in English", "英文写法"}, reply["display"].words().en);
        line({"in Chinese", "中文写法"}, reply["display"].words().zh);
        line({"fingerprint", "指纹"}, reply["fingerprint"].text());
        console.out(table.body() + "\n");
        console.tell(console.say(reply["sentence"].words()) + "\n");
      },
      [](const JsonValue& reply) {
        const Text display = reply["display"].words();
        const Text sentence = reply["sentence"].words();
        return "canonical,display_en,display_zh,sentence_en,sentence_zh,fingerprint\n" +
               csv_field(reply["canonical"].text()) + "," + csv_field(display.en) + "," +
               csv_field(display.zh) + "," + csv_field(sentence.en) + "," + csv_field(sentence.zh) +
               "," + reply["fingerprint"].text() + "\n";
      });
}

int diff_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  if (words.size() < 2 || words.size() > 3) {
    return session.report_usage("diff", {"two segments are expected", "需要两个人群"});
  }
  // \diff @a @b; \diff @a 1 2: two of its rules.
  const std::string name = name_of(words[0]);
  const auto side = [](const std::string& word) {
    const bool number = word.find_first_not_of("0123456789") == std::string::npos;
    return server::percent_encoded(number ? word : "@" + dsl::write_name(name_of(word)));
  };
  const std::string target = "/v1/segments/" + server::percent_encoded(name) +
                             "/diff?from=" + side(words.size() == 2 ? "@" + name : words[1]) +
                             "&to=" + side(words.back()) + session.as_of_parameter('&');
  return session.show(
      get(target), "",
      [&](const JsonValue& reply) {
        server::SegmentDiff diff = diff_of(reply);
        for (auto* part : {&diff.from, &diff.to, &diff.both, &diff.only_from, &diff.only_to}) {
          part->expression = session.displayed(part->expression);
        }
        print(diff, session.console());
      },
      diff_csv);
}

}  // namespace tagline::cli
