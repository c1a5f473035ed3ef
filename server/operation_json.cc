#include "server/operation_json.h"

#include "server/diagnostic_json.h"
#include "server/json_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tagline::server {
namespace {

using ingest::Operation;

/// More digits than these do not survive in a number of JSON with a point.
constexpr std::ptrdiff_t kExactDigits = 15;

/// A value as files write it: a number in its digits, true and false as words. Nothing when it is
/// none, or a number whose digits are not sure.
std::optional<std::string> value_text(const Json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (!value.is_boolean() && !value.is_number()) {
    return std::nullopt;
  }
  std::string text = value.dump();
  if (!value.is_number_float()) {
    return text;
  }
  const std::size_t exponent = std::min(text.find('e'), text.size());
  const auto digits =
      std::count_if(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(exponent),
                    [](char c) { return c >= '0' && c <= '9'; });
  if (digits > kExactDigits) {
    return std::nullopt;
  }
  if (exponent != text.size()) {
    std::array<char, 512> fixed{};  // the longest is of some 330 characters
    const auto end = std::to_chars(fixed.data(), fixed.data() + fixed.size(), value.get<double>(),
                                   std::chars_format::fixed)
                         .ptr;
    text.assign(fixed.data(), end);
  }
  return text;
}

const Text kValueForms{"a text, a number (of more than 15 digits as a text), true, false or a list",
                       "文本、数值（超过 15 位请写成文本）、true、false 或列表"};

/// {"city": "tier1", "interests": ["a", "b"]}; null only where `cleared` takes its tag.
void read_values(JsonReader& reader, const char* key, std::vector<ingest::TagValues>& into,
                 std::vector<std::string>* cleared) {
  const Json* object = reader.object(key);
  if (object == nullptr || !object->is_object()) {
    if (object != nullptr) {
      reader.fail(key, "a list", {"an object {\"tag\": value}", "对象 {\"标签\": 取值}"});
    }
    return;
  }
  for (const auto& [tag, value] : object->items()) {
    if (value.is_null() && cleared != nullptr) {
      cleared->push_back(tag);
      continue;
    }
    const bool list = value.is_array();
    ingest::TagValues given{tag, {}, list};
    for (const Json& each : list ? value : Json::array({value})) {
      const auto text = value_text(each);
      if (!text.has_value()) {
        reader.fail(std::string(key) + "." + tag, each.dump(), kValueForms);
        return;
      }
      given.values.push_back(*text);
    }
    into.push_back(std::move(given));
  }
}

/// `name`: it names something, and names have no points as numbers.
void read_text(JsonReader& reader, const Json& object, const char* key, std::string& into,
               bool name) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) {
    return;
  }
  const auto text = value_text(*found);
  if (!text.has_value() || (name && (found->is_number_float() || found->is_boolean()))) {
    reader.fail(key, found->dump(),
                name ? Text{"a text or a whole number", "文本或整数"}
                     : Text{"a text or a number", "文本或数值"});
    return;
  }
  into = *text;
}

void read_events(JsonReader& reader, std::vector<ingest::DoneEvent>& into) {
  const Json* list = reader.array("events");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const Json& object = (*list)[i];
    JsonReader event = reader.element("events", i, object);
    if (event.failed()) {
      return;
    }
    event.only({"event", "key", "at", "amount", "count"});
    ingest::DoneEvent done;
    read_text(event, object, "event", done.event, true);
    read_text(event, object, "key", done.key, true);
    read_text(event, object, "at", done.at, true);
    read_text(event, object, "amount", done.amount, false);
    read_text(event, object, "count", done.count, false);
    if (done.event.empty()) {
      event.fail("event", "nothing", {"the name of an event", "行为名称"});
    }
    into.push_back(std::move(done));
  }
}

Operation operation_from(const Json& object, std::optional<Error>& fault) {
  JsonReader reader(object, "", fault);
  Operation operation;
  if (reader.failed()) {
    return operation;
  }
  reader.only({"user", "link", "clear", "set", "remove", "add", "events"});
  read_text(reader, object, "user", operation.user, true);
  if (operation.user.empty()) {
    reader.fail("user", "nothing", {"the id of a user", "用户标识"});
  }
  reader.read("link", operation.link);
  reader.read("clear", operation.clear);
  read_values(reader, "set", operation.set, &operation.clear);
  read_values(reader, "remove", operation.remove, nullptr);
  read_values(reader, "add", operation.add, nullptr);
  read_events(reader, operation.events);
  return operation;
}

void keep_bad(ingest::RefusedOperation bad, ReadOperations& read) {
  ++read.bad;
  if (read.first_bad.size() < ingest::IngestReport::kRefusedKept) {
    read.first_bad.push_back(std::move(bad));
  }
}

void keep(const Json& object, std::uint64_t line, std::optional<Error>& fault,
          ReadOperations& read) {
  Operation operation = operation_from(object, fault);
  operation.line = line;
  if (fault.has_value()) {
    keep_bad({line, operation.user, fault->message()}, read);
  } else {
    read.operations.push_back(std::move(operation));
  }
}

}  // namespace

ReadOperations operations_from_lines(std::string_view text, std::uint64_t first_line) {
  ReadOperations read;
  for (std::uint64_t line = first_line; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) {
      continue;
    }
    std::optional<Error> fault;
    const auto object = parse_json(one, fault);
    if (object.has_value()) {
      keep(*object, line, fault, read);
    } else {
      keep_bad({line, "", fault->message()}, read);
    }
  }
  return read;
}

Result<ReadOperations> operations_from_list(std::string_view text) {
  std::optional<Error> fault;
  const auto list = parse_json(text, fault);
  if (!list.has_value() || !list->is_array()) {
    return failure(
        ErrorCode::BadInput,
        list.has_value() ? Text{"the body is no list", "请求内容不是列表"} : fault->message(),
        {"send a list of operations: [{\"user\": \"u1\", \"set\": {\"vip\": true}}]",
         "请发送操作列表：[{\"user\": \"u1\", \"set\": {\"vip\": true}}]"});
  }
  ReadOperations read;
  for (std::size_t i = 0; i < list->size(); ++i) {
    std::optional<Error> wrong;
    keep((*list)[i], i + 1, wrong, read);
  }
  return read;
}

Result<ingest::IngestBatch> batch_of(ReadOperations& read, const ingest::IngestOptions& options) {
  if (!options.each && read.bad != 0) {
    const ingest::RefusedOperation& first = read.first_bad.front();
    return tl::unexpected(ingest::batch_at_fault(first.line, first.reason));
  }
  ingest::IngestBatch batch;
  batch.operations = std::move(read.operations);
  batch.options = options;
  return batch;
}

ingest::IngestReport with_bad(ingest::IngestReport report, const ReadOperations& read) {
  report.refused += read.bad;
  report.first_refused.insert(report.first_refused.end(), read.first_bad.begin(),
                              read.first_bad.end());
  std::stable_sort(report.first_refused.begin(), report.first_refused.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  if (report.first_refused.size() > ingest::IngestReport::kRefusedKept) {
    report.first_refused.resize(ingest::IngestReport::kRefusedKept);
  }
  return report;
}

std::string ingest_json(const ingest::IngestReport& report) {
  Json refused = Json::array();
  for (const ingest::RefusedOperation& each : report.first_refused) {
    refused.push_back(
        {{"line", each.line}, {"user", each.user}, {"reason", text_json(each.reason)}});
  }
  Json values = Json::array();
  for (const ingest::NewValue& each : report.first_new_values) {
    values.push_back({{"tag", each.tag}, {"value", each.value}});
  }
  return dump(Json{{"applied", report.applied},
                   {"refused", report.refused},
                   {"users_new", report.users_new},
                   {"tags_new", report.tags_new},
                   {"identities_new", report.identities_new},
                   {"merges", report.merges},
                   {"values_new", report.values_new},
                   {"first_new_values", std::move(values)},
                   {"version", report.version},
                   {"first_refused", std::move(refused)}});
}

}  // namespace tagline::server
