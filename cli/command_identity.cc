#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/exit_status.h"
#include "cli/refusal.h"
#include "cli/repl/local_clock.h"
#include "cli/rows.h"
#include "cli/table.h"
#include "server/people.h"
#include "server/people_json.h"
#include "server/service.h"

#include <chrono>
#include <ctime>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>

namespace tagline::cli {
namespace {

using server::JsonValue;

/// What the journals say of who did it on this machine.
constexpr const char* kAuthor = "";
constexpr unsigned kIdCells = 40;

/// A list of JSON objects as the format wants it, people's tables aside.
bool print_list(const std::string& json, const char* key, const std::vector<std::string>& columns,
                Format format, Console& console) {
  if (format == Format::Json) {
    console.out(json + "\n");
    return true;
  }
  if (format != Format::Table) {
    console.out(rows_text(JsonValue::parse(json)[key], columns, format));
    return true;
  }
  return false;
}

/// Minutes of the database's time zone, as all other times are told, of "2026-01-31T08:05:09.123Z".
class Minutes {
 public:
  explicit Minutes(storage::Store& store) : clock_(zone_of(store)) {}

  [[nodiscard]] std::string operator()(const std::string& time) const {
    std::tm parts{};
    const char* end = ::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    return end == nullptr ? time : clock_.minute(::timegm(&parts));
  }

 private:
  static std::string zone_of(storage::Store& store) {
    const auto zone = store.read([](const storage::Snapshot& snapshot) -> Result<std::string> {
      return snapshot.time_zone();
    });
    return zone.has_value() ? *zone : std::string();
  }

  LocalClock clock_;
};

Table::Cell cell(const JsonValue& row, const char* key) {
  const JsonValue value = row[key];
  return value.is_null() ? Table::Cell("-") : Table::Cell(printable(value.text()));
}

std::string identities_counted(std::uint64_t number) {
  return grouped(number) + (number == 1 ? " identity" : " identities");
}

int link(const IdentityArguments& arguments, storage::Store& store, Console& console) {
  std::vector<ingest::LinkRequest> requests;
  if (arguments.identities == std::vector<std::string>{"-"}) {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    auto read = server::link_requests_from(text, true);
    if (!read.has_value()) {
      return console.report(read.error());
    }
    requests = std::move(*read);
  } else {
    requests.push_back({1, arguments.user, arguments.identities, arguments.source});
  }
  const auto report = server::link(store, requests, {arguments.each, true}, kAuthor);
  if (!report.has_value()) {
    return console.report(report.error());
  }
  const int status = report->linked == 0 && report->refused > 0 ? kInputAtFault : kFine;
  if (arguments.format == Format::Json) {
    console.out(server::link_report_json(*report) + "\n");
    return status;
  }
  for (const auto& refused : report->first_refused) {
    const std::string line = std::to_string(refused.line);
    console.err(console.say({"line " + line + ": ", "第 " + line + " 行："}) +
                printable(console.say(refused.reason)) + "\n");
  }
  if (requests.size() == 1 && report->first.size() == 1) {
    const ingest::Linked& one = report->first.front().linked;
    console.out(
        console.say(
            {"user " + printable(one.user) + (one.user_new ? " (new: nobody was called so)" : ""),
             "用户 " + printable(one.user) + (one.user_new ? "（新建：此前没有此用户）" : "")}) +
        "\n");
  }
  for (const auto& line : report->first) {
    if (const std::size_t merged = line.linked.merges.size(); merged > 0) {
      const std::string user = printable(line.linked.user);
      const std::string all = grouped(merged + 1);
      console.out(console.say({all + " users merged into 1: " + user +
                                   " (tags by their rules: tagline identity rules)\n",
                               all + " 个用户合并为 1 个：" + user +
                                   "（标签按各自的规则合并：tagline identity rules）\n"}));
    }
  }
  console.out(console.say(
      {identities_counted(report->identities_new) + " linked, " + counted(report->merges, "merge") +
           ", " + counted(report->users_new, "new user") + ", " + grouped(report->refused) +
           " refused\n",
       "关联 " + grouped(report->identities_new) + " 个身份标识，合并 " + grouped(report->merges) +
           " 次，新用户 " + grouped(report->users_new) + " 个，拒绝 " + grouped(report->refused) +
           " 条\n"}));
  return status;
}

int unlink(const IdentityArguments& arguments, storage::Store& store, Console& console) {
  const auto done = server::unlink(store, arguments.id);
  if (!done.has_value()) {
    return console.report(done.error());
  }
  if (arguments.format == Format::Json) {
    console.out(server::unlinked_json(*done) + "\n");
  } else {
    const std::string identity = printable(done->identity);
    const std::string user = printable(done->user);
    console.out(console.say({identity + " is no longer user " + user + "\n",
                             identity + " 不再属于用户 " + user + "\n"}));
  }
  return kFine;
}

Table merge_table(const JsonValue& merges, const Minutes& minute, const Console& console) {
  Table table({{console.say({"merge", "合并"}), Align::Right},
               {console.say({"survivor", "保留"}), Align::Left, kIdCells},
               {console.say({"merged into it", "并入"}), Align::Left, kIdCells},
               {console.say({"because of", "原因"}), Align::Left, kIdCells},
               {console.say({"when", "时间"})},
               {console.say({"undone", "撤销"})}},
              console.window());
  for (const JsonValue& merge : merges.items()) {
    const JsonValue undone = merge["undone"];
    table.add({cell(merge, "number"), cell(merge, "survivor"), cell(merge, "loser"),
               cell(merge, "because"), minute(merge["merged"].text()),
               undone.is_null() ? std::string("-") : minute(undone.text())});
  }
  return table;
}

int show(const IdentityArguments& arguments, storage::Store& store, Console& console) {
  const Minutes minute(store);
  const auto found = server::person(store, arguments.id);
  if (!found.has_value()) {
    return console.report(found.error());
  }
  const std::string json = server::person_json(*found);
  if (arguments.format == Format::Json) {
    console.out(json + "\n");
    return kFine;
  }
  const JsonValue person = JsonValue::parse(json);
  const std::string user = printable(found->user);
  console.out(console.say({"user " + user + "\n", "用户 " + user + "\n"}));
  if (!person["updated"].is_null()) {
    const std::string when = minute(person["updated"].text());
    console.out(console.say({"tags written " + when + "\n", "标签更新于 " + when + "\n"}));
  }
  if (found->identities.empty()) {
    console.out(console.say({"no identities\n", "没有身份标识\n"}));
  } else {
    Table table({{console.say({"identity", "身份标识"}), Align::Left, kIdCells},
                 {console.say({"linked", "关联时间"})},
                 {console.say({"source", "来源"}), Align::Left, kIdCells}},
                console.window());
    for (const JsonValue& identity : person["identities"].items()) {
      table.add({cell(identity, "identity"), minute(identity["linked"].text()),
                 cell(identity, "source")});
    }
    console.out("\n" + table.text());
  }
  if (!found->merges.empty()) {
    console.out("\n" + merge_table(person["merges"], minute, console).text());
  }
  return kFine;
}

int merges(const IdentityArguments& arguments, storage::Store& store, Console& console) {
  const Minutes minute(store);
  const auto page = server::merges(store, 0, arguments.limit);
  if (!page.has_value()) {
    return console.report(page.error());
  }
  const std::string json = server::merge_page_json(*page);
  if (!print_list(json, "merges",
                  {"number", "survivor", "loser", "because", "author", "merged", "undone"},
                  arguments.format, console)) {
    console.out(page->merges.empty()
                    ? console.say({"no merges\n", "没有合并\n"})
                    : merge_table(JsonValue::parse(json)["merges"], minute, console).text());
  }
  return kFine;
}

int undo(const IdentityArguments& arguments, storage::Store& store, Console& console) {
  const auto done =
      server::undo_merge(store, static_cast<std::uint32_t>(arguments.number), kAuthor);
  if (!done.has_value()) {
    return console.report(done.error());
  }
  if (arguments.format == Format::Json) {
    console.out(server::merge_json(*done) + "\n");
  } else {
    const std::string loser = printable(done->loser);
    const std::string survivor = printable(done->survivor);
    console.out(console.say({loser + " and " + survivor + " are two users again\n",
                             loser + " 与 " + survivor + " 恢复为两个用户\n"}));
  }
  return kFine;
}

int types(const IdentityArguments& arguments, storage::Store& store, Console& console) {
  const auto found = server::identity_types(store);
  if (!found.has_value()) {
    return console.report(found.error());
  }
  const std::string json = server::identity_types_json(*found);
  if (!print_list(json, "types", {"name", "form", "country", "hashed", "most", "never"},
                  arguments.format, console)) {
    Table table({{console.say({"type", "类型"})},
                 {console.say({"form", "写法"})},
                 {console.say({"country", "国家代码"})},
                 {console.say({"hashed", "散列"})},
                 {console.say({"most", "每人上限"}), Align::Right},
                 {console.say({"never", "排除值"}), Align::Right}},
                console.window());
    for (const auto& type : *found) {
      table.add({type.name, std::string(server::name_of(type.form)),
                 type.country.empty() ? "-" : type.country,
                 console.say(type.hashed ? Text{"yes", "是"} : Text{"no", "否"}),
                 std::to_string(type.most), std::to_string(type.never.size())});
    }
    console.out(table.text());
  }
  return kFine;
}

int put_type(const IdentityArguments& arguments, storage::Store& store, Console& console) {
  storage::IdentityTypeRecord type = arguments.type;
  type.form = *server::form_of(arguments.form);
  if (type.form == storage::IdentityTypeRecord::Form::Phone && type.country.empty()) {
    type.country = "86";
  }
  const auto put = server::put_identity_type(store, std::move(type));
  if (!put.has_value()) {
    return console.report(put.error());
  }
  console.out(arguments.format == Format::Json ? server::identity_type_json(*put) + "\n"
                                               : console.say({"type " + put->name + " is set\n",
                                                              "已设置类型 " + put->name + "\n"}));
  return kFine;
}

int rules(const IdentityArguments& arguments, storage::Store& store, Console& console) {
  const auto found = server::merge_rules(store);
  if (!found.has_value()) {
    return console.report(found.error());
  }
  const std::string json = server::merge_rules_json(*found);
  if (!print_list(json, "rules", {"tag", "kind", "rule"}, arguments.format, console)) {
    Table table({{console.say({"tag", "标签"}), Align::Left, kIdCells},
                 {console.say({"kind", "种类"})},
                 {console.say({"rule", "规则"})}},
                console.window());
    const JsonValue list = JsonValue::parse(json)["rules"];
    for (const JsonValue& rule : list.items()) {
      table.add({cell(rule, "tag"), cell(rule, "kind"), cell(rule, "rule")});
    }
    console.out(found->empty() ? console.say({"no tags\n", "没有标签\n"}) : table.text());
  }
  return kFine;
}

int put_rule(const IdentityArguments& arguments, storage::Store& store, Console& console) {
  const auto put =
      server::put_merge_rule(store, arguments.id, *server::merge_rule_of(arguments.rule));
  if (!put.has_value()) {
    return console.report(put.error());
  }
  const std::string tag = printable(put->tag);
  console.out(arguments.format == Format::Json
                  ? server::merge_rule_json(*put) + "\n"
                  : console.say({tag + " is merged by " + arguments.rule + "\n",
                                 tag + " 按 " + arguments.rule + " 合并\n"}));
  return kFine;
}

int erase(const IdentityArguments& arguments, storage::Store& store, Console& console) {
  if (!arguments.yes) {
    return console.report_usage({"erasing " + printable(arguments.id) + " cannot be undone",
                                 "删除 " + printable(arguments.id) + " 后无法恢复"},
                                {"add --yes when that is meant", "如确认删除，请加上 --yes"});
  }
  const auto receipt = server::erase_person(store, arguments.id, kAuthor);
  if (!receipt.has_value()) {
    return console.report(receipt.error());
  }
  if (arguments.format == Format::Json) {
    console.out(server::erasure_json(*receipt) + "\n");
    return kFine;
  }
  const std::string number = std::to_string(receipt->number);
  console.out(console.say(
      {"erased; receipt " + number + " (" + receipt->digest + "): " + grouped(receipt->users) +
           " users, " + grouped(receipt->identities) + " ids and identities, " +
           grouped(receipt->cells) + " values\n",
       "已删除；回执 " + number + "（" + receipt->digest + "）：用户 " + grouped(receipt->users) +
           " 个，编号与身份标识 " + grouped(receipt->identities) + " 个，取值 " +
           grouped(receipt->cells) + " 个\n"}));
  return kFine;
}

int receipts(const IdentityArguments& arguments, storage::Store& store, Console& console) {
  const Minutes minute(store);
  const auto page = server::erasures(store, 0, arguments.limit);
  if (!page.has_value()) {
    return console.report(page.error());
  }
  const std::string json = server::erasure_page_json(*page);
  if (!print_list(
          json, "erasures",
          {"number", "digest", "erased", "author", "users", "identities", "values", "merges"},
          arguments.format, console)) {
    Table table({{console.say({"receipt", "回执"}), Align::Right},
                 {console.say({"digest", "摘要"})},
                 {console.say({"when", "时间"})},
                 {console.say({"users", "用户"}), Align::Right},
                 {console.say({"ids", "标识"}), Align::Right},
                 {console.say({"values", "取值"}), Align::Right}},
                console.window());
    const JsonValue list = JsonValue::parse(json)["erasures"];
    for (const JsonValue& each : list.items()) {
      table.add({cell(each, "number"), cell(each, "digest"), minute(each["erased"].text()),
                 cell(each, "users"), cell(each, "identities"), cell(each, "values")});
    }
    console.out(page->erasures.empty() ? console.say({"no erasures\n", "没有删除记录\n"})
                                       : table.text());
  }
  return kFine;
}

bool writes(IdentityAction action) {
  return action != IdentityAction::Show && action != IdentityAction::Merges &&
         action != IdentityAction::Types && action != IdentityAction::Rules &&
         action != IdentityAction::Receipts;
}

}  // namespace

int run(const IdentityArguments& arguments, Console& console) {
  const auto service = open_service(
      arguments.db, writes(arguments.action) ? storage::OpenMode::Write : storage::OpenMode::Read,
      console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  storage::Store& store = service->store();
  switch (arguments.action) {
    case IdentityAction::Link:
      return link(arguments, store, console);
    case IdentityAction::Unlink:
      return unlink(arguments, store, console);
    case IdentityAction::Show:
      return show(arguments, store, console);
    case IdentityAction::Merges:
      return merges(arguments, store, console);
    case IdentityAction::Undo:
      return undo(arguments, store, console);
    case IdentityAction::Types:
      return types(arguments, store, console);
    case IdentityAction::Type:
      return put_type(arguments, store, console);
    case IdentityAction::Rules:
      return rules(arguments, store, console);
    case IdentityAction::Rule:
      return put_rule(arguments, store, console);
    case IdentityAction::Erase:
      return erase(arguments, store, console);
    case IdentityAction::Receipts:
      break;
  }
  return receipts(arguments, store, console);
}

}  // namespace tagline::cli
