// Commands that write, run and load files.
#include "cli/exit_status.h"
#include "cli/progress.h"
#include "cli/read_file.h"
#include "cli/repl/commands.h"
#include "engine/system_reason.h"
#include "server/http/percent_encoded.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace tagline::cli {
namespace {

using server::JsonValue;

constexpr std::chrono::milliseconds kJobPoll{200};
constexpr std::size_t kInputsDeep = 8;
/// Endings of files and what the API calls what is written into them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kExported = {
    {{".csv", "csv"}, {".ndjson", "ndjson"}, {".jsonl", "ndjson"}, {".roaring", "roaring"}}};

/// Waits for the job; it is cancelled when Ctrl-C is pressed. Its report or its error, as JSON.
tl::expected<JsonValue, int> end_of_job(Session& session, JsonValue job, const std::string& file) {
  const std::string target = "/v1/jobs/" + server::percent_encoded(job["id"].text());
  ProgressLine progress(session.console());
  bool told = false;
  for (;;) {
    const std::string state = job["state"].text();
    if (state == "done" || state == "failed" || state == "cancelled") {
      return job;
    }
    progress.show(file, job["bytes_read"].number(), job["bytes_total"].number());
    if (session.interrupt() == nullptr) {
      std::this_thread::sleep_for(kJobPoll);
    } else if (session.interrupt()->wait_for(kJobPoll) && !told) {
      told = true;
      ApiRequest cancel = get(target);
      cancel.method = "DELETE";
      static_cast<void>(session.api().send(cancel));
    }
    const auto answered = session.ask(get(target), "");
    if (!answered.has_value()) {
      return tl::unexpected(answered.error());
    }
    job = answered->json;
  }
}

void print_report(const JsonValue& report, Console& console) {
  const std::string rows = grouped(report["rows"].number());
  const std::string rejected = grouped(report["rejected"].number());
  const std::string users = grouped(report["users_new"].number());
  const std::string known = grouped(report["users_known"].number());
  console.out(console.say({"loaded " + rows + " rows, rejected " + rejected + "; new users " +
                               users + ", known " + known + "\n",
                           "已装入 " + rows + " 行，拒绝 " + rejected + " 行；新用户 " + users +
                               "，已有 " + known + "\n"}));
  if (const auto events = report["events"].number_if_any(); events.has_value()) {
    console.out(console.say(
        {"events added " + grouped(*events) + "\n", "新增行为 " + grouped(*events) + "\n"}));
  }
  for (const JsonValue& reject : report["first_rejects"].items()) {
    console.err(console.say({"line ", "行 "}) + reject["line"].text() + ": " +
                printable(console.say(reject["reason"].words())) + "\n");
  }
}

bool is_ndjson(const std::string& file) {
  std::filesystem::path path(file);
  const std::string packed = path.extension().string();
  if (packed == ".gz" || packed == ".xz" || packed == ".zst") {
    path = path.stem();
  }
  const std::string kind = path.extension().string();
  return kind == ".ndjson" || kind == ".jsonl" || kind == ".json";
}

Error cannot_write(const std::string& file) {
  const Text why = system_reason(errno);
  return {ErrorCode::System,
          {"cannot write " + file + ": " + why.en, "无法写入 " + file + "：" + why.zh},
          {"check the path, its rights and the room on the disk", "请检查路径、权限和磁盘空间"}};
}

}  // namespace

namespace {

/// What ids are written as into a file of this name; "" when its ending says nothing we write.
std::string_view form_of(const std::string& file) {
  const std::string kind = std::filesystem::path(file).extension().string();
  for (const auto& [ending, form] : kExported) {
    if (ending == kind) {
      return form;
    }
  }
  return "";
}

int report_unknown_form(Session& session, const std::string& file) {
  const std::string kind = std::filesystem::path(file).extension().string();
  return session.console().report_usage(
      {kind.empty() ? "the name " + file + " has no ending that says what to write"
                    : "files that end in " + kind + " are not written",
       kind.empty() ? "文件名 " + file + " 没有说明格式的扩展名"
                    : "无法写出扩展名为 " + kind + " 的文件"},
      {"end the name in .csv, .ndjson (.jsonl) or .roaring: \\export " +
           std::filesystem::path(file).replace_extension(".csv").string(),
       "扩展名请用 .csv、.ndjson（.jsonl）或 .roaring：\\export " +
           std::filesystem::path(file).replace_extension(".csv").string()});
}

int export_ids(Session& session, const std::string& arguments, const char* command) {
  const auto words = words_of(arguments);
  if (words.size() != 1) {
    return session.report_usage(command, {"one file is expected", "需要一个文件名"});
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  const std::string& file = words.front();
  const std::string form(form_of(file));
  if (form.empty()) {
    return report_unknown_form(session, file);
  }
  const bool roaring = form == "roaring";
  std::error_code code;
  const auto status = std::filesystem::status(file, code);
  // Devices and pipes hold nothing that would be lost.
  if (std::string_view(command) == "export" && std::filesystem::is_regular_file(status)) {
    return session.console().report(
        Error(ErrorCode::InUse, {file + " is there already", file + " 已存在"},
              {"take another name, or write \\export! " + file + " to put this in its place",
               "请换一个名称；如要覆盖，请写 \\export! " + file}),
        "changed");
  }
  // What stands there stays until all has come.
  const std::string part = file + ".part";
  std::FILE* out = std::fopen(part.c_str(), "wb");
  if (out == nullptr) {
    return session.console().report(cannot_write(part));
  }
  std::uint64_t lines = 0;
  bool written = true;
  const auto reply = session.api().send(
      post("/v1/ids?format=" + form, session.body_of(session.expression())),
      [&](std::string_view piece) {
        lines += static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\n'));
        written = std::fwrite(piece.data(), 1, piece.size(), out) == piece.size();
        return written;
      });
  written = std::fclose(out) == 0 && written;
  if (!reply.has_value() || reply->status != 200 || !written ||
      std::rename(part.c_str(), file.c_str()) != 0) {
    const Error fault = cannot_write(file);
    std::remove(part.c_str());
    if (!reply.has_value()) {
      return session.console().report(reply.error());
    }
    return reply->status == 200 ? session.console().report(fault)
                                : session.refuse(*reply, session.expression());
  }
  const std::string people = grouped(lines - (form == "csv" && lines > 0 ? 1 : 0));
  session.console().out(
      roaring ? session.console().say({"wrote " + file + "\n", "已写入 " + file + "\n"})
              : session.console().say({"wrote " + people + " ids to " + file + "\n",
                                       "已把 " + people + " 个编号写入 " + file + "\n"}));
  return kFine;
}

}  // namespace

int export_command(Session& session, const std::string& arguments) {
  return export_ids(session, arguments, "export");
}

int overwrite_command(Session& session, const std::string& arguments) {
  return export_ids(session, arguments, "export!");
}

int input_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  if (words.size() != 1) {
    return session.report_usage("i", {"one file is expected", "需要一个文件名"});
  }
  const auto text = read_file(words.front());
  if (!text.has_value()) {
    return session.console().report(text.error());
  }
  std::size_t& depth = session.files_deep();
  if (depth >= kInputsDeep) {
    return session.report_usage("i", {"files run files deeper than 8", "文件嵌套执行超过 8 层"});
  }
  ++depth;
  std::istringstream in(*text);
  const int status = session.run_all(
      [&]() -> std::optional<std::string> {
        std::string line;
        return std::getline(in, line) ? std::optional(line) : std::nullopt;
      },
      words.front());
  session.go_on();
  --depth;
  return status;
}

int load_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  constexpr std::array kOptions = {"schema=", "id=", "load_id=", "max_errors="};
  const auto is_option = [&](const std::string& word) {
    return std::any_of(kOptions.begin(), kOptions.end(),
                       [&](const char* option) { return word.starts_with(option); });
  };
  if (words.empty() || !std::all_of(words.begin() + 1, words.end(), is_option)) {
    return session.report_usage(
        "load",
        {"a file is expected, and perhaps schema=NAME, id=COLUMN, load_id=ID, max_errors=PERCENT",
         "需要一个文件，可再加 schema=名称、id=列、load_id=标识、max_errors=百分比"});
  }
  const std::string& file = words.front();
  std::string target =
      "/v1/load?name=" + server::percent_encoded(std::filesystem::path(file).filename().string());
  for (auto word = words.begin() + 1; word != words.end(); ++word) {
    const std::size_t equals = word->find('=');
    target +=
        "&" + word->substr(0, equals) + "=" + server::percent_encoded(word->substr(equals + 1));
  }
  ApiRequest request = get(target);
  request.method = "POST";
  request.type = is_ndjson(file) ? "application/x-ndjson" : "text/csv";
  request.file = file;
  const auto answered = session.ask(request, "");
  if (!answered.has_value()) {
    return answered.error();
  }
  JsonValue report = answered->json;
  if (!report["state"].is_null()) {
    const auto job = end_of_job(session, report, file);
    if (!job.has_value()) {
      return job.error();
    }
    if (const JsonValue error = (*job)["error"]; !error.is_null()) {
      return session.console().report(
          Error(ErrorCode::BadInput, error["message"].words(), error["hint"].words()));
    }
    report = (*job)["report"];
    if (session.settings().format == Format::Json) {
      session.console().out(report.dump() + "\n");
      return kFine;
    }
  } else if (session.settings().format == Format::Json) {
    session.console().out(answered->text + "\n");
    return kFine;
  }
  print_report(report, session.console());
  return kFine;
}

}  // namespace tagline::cli
