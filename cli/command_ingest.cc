#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/exit_status.h"
#include "cli/refusal.h"
#include "engine/system_reason.h"
#include "ingest/digest.h"
#include "server/ingest_queue.h"
#include "server/operation_json.h"
#include "server/service.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace tagline::cli {
namespace {

void add(const ingest::IngestReport& more, ingest::IngestReport& sum) {
  sum.applied += more.applied;
  sum.refused += more.refused;
  sum.users_new += more.users_new;
  sum.tags_new += more.tags_new;
  sum.identities_new += more.identities_new;
  sum.merges += more.merges;
  sum.values_new += more.values_new;
  for (const ingest::NewValue& each : more.first_new_values) {
    if (sum.first_new_values.size() < ingest::IngestReport::kNewKept) {
      sum.first_new_values.push_back(each);
    }
  }
  sum.version = more.version;
  for (const ingest::RefusedOperation& each : more.first_refused) {
    if (sum.first_refused.size() < ingest::IngestReport::kRefusedKept) {
      sum.first_refused.push_back(each);
    }
  }
}

/// "1 new value: city tier99", which may be a misspelt one; "" when there is none.
std::string new_values(const ingest::IngestReport& report, const Console& console) {
  constexpr std::size_t kNamed = 5;
  const std::size_t named = std::min(kNamed, report.first_new_values.size());
  std::string list;
  for (std::size_t i = 0; i < named; ++i) {
    const ingest::NewValue& each = report.first_new_values[i];
    list += (i == 0 ? "" : console.say({", ", "、"})) + printable(each.tag + " " + each.value);
  }
  const std::string count = grouped(report.values_new);
  const std::string more = grouped(report.values_new - named);
  const bool all = report.values_new == named;
  return report.values_new == 0
             ? ""
             : console.say({count + (report.values_new == 1 ? " new value: " : " new values: ") +
                                list + (all ? "\n" : " and " + more + " more\n"),
                            "新取值 " + count + " 个：" + list +
                                (all ? "\n" : "，另有 " + more + " 个\n")});
}

void show_refused(const ingest::IngestReport& report, Console& console) {
  for (const ingest::RefusedOperation& each : report.first_refused) {
    const std::string line = std::to_string(each.line);
    console.err(console.say({"line " + line + ": ", "第 " + line + " 行："}) +
                printable(console.say(each.reason)) + "\n");
  }
  if (const auto more = report.refused - report.first_refused.size(); more > 0) {
    console.err(
        console.say({"... and " + grouped(more) + " more\n", "……另有 " + grouped(more) + " 行\n"}));
  }
}

/// The next lines, as many as a batch has; the number of the first in `line`, of the next after.
std::string next_lines(std::istream& in, std::uint64_t most, std::uint64_t& line) {
  std::string text;
  std::string one;
  for (std::uint64_t i = 0; i < most && std::getline(in, one); ++i) {
    text += one + "\n";
    ++line;
  }
  return text;
}

/// Of a batch of a file: its lines, where they stand, and what is to be done with them.
ingest::BatchKey key_of(const std::string& text, std::uint64_t first_line,
                        const ingest::IngestOptions& how) {
  ingest::Digest digest;
  digest.add(text);
  const auto policy = [](ingest::Unknown unknown) {
    return unknown == ingest::Unknown::Create ? "c" : "r";
  };
  const std::string all = digest.hex(std::string(how.each ? "each " : "all ") + policy(how.users) +
                                     policy(how.tags) + policy(how.values));
  return {"lines\n" + std::to_string(first_line) + " " + all, all};
}

int ingest_all(std::istream& in, const IngestArguments& arguments, storage::Store& store,
               Console& console) {
  server::IngestQueue queue(store);
  ingest::IngestReport sum;
  std::uint64_t repeated = 0;
  std::uint64_t line = 1;
  while (in.good()) {
    const std::uint64_t first = line;
    const std::string text = next_lines(in, arguments.batch, line);
    server::ReadOperations read = server::operations_from_lines(text, first);
    auto batch = server::batch_of(read, arguments.options);
    if (batch.has_value()) {
      if (arguments.once) {
        batch->key = key_of(text, first, arguments.options);
      }
      queue.apply(*batch);
      repeated += batch->repeated ? batch->outcome->applied : 0;
    }
    const Error* fault = !batch.has_value()            ? &batch.error()
                         : !batch->outcome.has_value() ? &batch->outcome.error()
                                                       : nullptr;
    if (fault != nullptr) {
      if (sum.applied > 0) {
        const std::string before = std::to_string(first - 1);
        console.err(console.say({"lines 1 to " + before + " have been done and stay\n",
                                 "第 1 到 " + before + " 行已写入，予以保留\n"}));
      }
      return console.report(*fault);
    }
    add(server::with_bad(*batch->outcome, read), sum);
  }
  if (in.bad()) {
    return console.report(
        Error(ErrorCode::System, {"the rest of " + arguments.file + " could not be read",
                                  "无法读取 " + arguments.file + " 的其余部分"}));
  }
  queue.finish_folding();  // so that the next command need not read all of it
  const int status = sum.applied == 0 && sum.refused > 0 ? kInputAtFault : kFine;
  if (arguments.format == Format::Json) {
    console.out(server::ingest_json(sum) + "\n");
    return status;
  }
  show_refused(sum, console);
  if (repeated > 0) {
    console.out(
        console.say({grouped(repeated) + " of these had been done before, and are not done again\n",
                     "其中 " + grouped(repeated) + " 条此前已写入，未重复写入\n"}));
  }
  console.out(console.say(
      {counted(sum.applied, "operation") + " done, " + grouped(sum.refused) + " refused: " +
           counted(sum.users_new, "new user") + ", " + counted(sum.tags_new, "new tag") + "\n",
       "已写入 " + grouped(sum.applied) + " 条操作，拒绝 " + grouped(sum.refused) + " 条：新用户 " +
           grouped(sum.users_new) + "，新标签 " + grouped(sum.tags_new) + "\n"}));
  console.out(new_values(sum, console));
  if (sum.identities_new != 0 || sum.merges != 0) {
    console.out(
        console.say({(sum.identities_new == 1 ? std::string("1 new identity")
                                              : grouped(sum.identities_new) + " new identities") +
                         ", " + counted(sum.merges, "merge") + " of users\n",
                     "新身份标识 " + grouped(sum.identities_new) + "，合并用户 " +
                         grouped(sum.merges) + " 次\n"}));
  }
  return status;
}

}  // namespace

int run(const IngestArguments& arguments, Console& console) {
  const auto service = open_service(arguments.db, storage::OpenMode::Write, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  if (arguments.file == "-") {
    return ingest_all(std::cin, arguments, service->store(), console);
  }
  std::ifstream file(arguments.file, std::ios::binary);
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(arguments.file, ignored);
  if (!file || folder) {
    const Text cause = system_reason(folder ? EISDIR : errno);
    return console.report(Error(ErrorCode::NotFound,
                                {"cannot read " + arguments.file + ": " + cause.en,
                                 "无法读取 " + arguments.file + "：" + cause.zh},
                                {"name a file of operations, or - for standard input",
                                 "请写操作文件，或用 - 表示标准输入"}));
  }
  return ingest_all(file, arguments, service->store(), console);
}

}  // namespace tagline::cli
