#include "server/log.h"

#include "server/json_reader.h"
#include "server/utc_text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tagline::server {
namespace {

// What a pipe takes whole when it says that it takes something (PIPE_BUF): more might wait.
constexpr std::size_t kPieceBytes = 4096;
constexpr std::size_t kFilePieceBytes = 65536;
constexpr int kPatienceMs = 1000;
constexpr std::chrono::milliseconds kGathering{10};

bool is_regular(int file) {
  struct stat found {};
  return ::fstat(file, &found) == 0 && S_ISREG(found.st_mode);
}

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::Error:
      return "error";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Info:
      return "info";
    case LogLevel::Debug:
      return "debug";
  }
  return "info";
}

// Of a client's bytes, too: what is no UTF-8 is replaced.
std::string json_text(std::string_view text) {
  return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string number_text(double value) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.3f", value);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string value_text(const LogField& field, bool quote) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    const bool plain = !quote && !text->empty() &&
                       text->find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789-_./:@[]{}") == std::string_view::npos;
    return plain ? std::string(*text) : json_text(*text);
  }
  if (const auto* number = std::get_if<std::uint64_t>(&field.value)) {
    return std::to_string(*number);
  }
  if (const auto* number = std::get_if<double>(&field.value)) {
    return number_text(*number);
  }
  return std::get<bool>(field.value) ? "true" : "false";
}

}  // namespace

Log::Log(const LogOptions& options, int file)
    : options_(options),
      file_(file),
      piece_bytes_(is_regular(file) ? kFilePieceBytes : kPieceBytes),
      thread_([this] { work(); }) {}

Log::~Log() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  ready_.notify_all();
  thread_.join();
}

std::string Log::line(LogLevel level, std::string_view event,
                      std::span<const LogField> fields) const {
  const std::string time = utc_text(std::chrono::system_clock::now());
  std::string line;
  if (options_.format == LogFormat::Json) {
    line = R"({"time":")" + time + R"(","level":")" + std::string(name_of(level)) +
           R"(","event":)" + json_text(event);
    for (const LogField& field : fields) {
      line += "," + json_text(field.name) + ":" + value_text(field, true);
    }
    return line + "}\n";
  }
  line = time + " " + std::string(name_of(level)) + " " + std::string(event);
  for (const LogField& field : fields) {
    line += " " + std::string(field.name) + "=" + value_text(field, false);
  }
  return line + "\n";
}

void Log::write(LogLevel level, std::string_view event, std::span<const LogField> fields) {
  if (!wants(level)) {
    return;
  }
  const std::string made = line(level, event, fields);
  const bool urgent = level <= LogLevel::Warning;
  bool wake = urgent;
  {
    const std::lock_guard lock(mutex_);
    if (queued_lines_ >= options_.queued_max) {
      ++dropped_;
      return;
    }
    wake = wake || queued_lines_ == 0;
    queued_ += made;
    ++queued_lines_;
    urgent_ = urgent_ || urgent;
  }
  if (wake) {
    ready_.notify_one();
  }
}

// Waking a thread for each line would cost a busy server more than the line does: the first one
// waits a little for others.
void Log::work() {
  // A reader that is gone must not end the process.
  sigset_t pipe{};
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  std::uint64_t told = 0;
  bool over = false;
  bool torn = false;  // the last line is there in part
  std::string lines;
  while (!over) {
    lines.clear();
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return closed_ || queued_lines_ > 0; });
      ready_.wait_for(lock, kGathering, [this] { return closed_ || urgent_; });
      over = closed_;
      lines.swap(queued_);
      queued_lines_ = 0;
      urgent_ = false;
    }
    std::string bytes = torn ? "\n" : "";
    const std::uint64_t dropped = dropped_;
    if (dropped != told) {
      const LogField lines_lost{"lines", dropped - told};
      bytes += line(LogLevel::Warning, "log-dropped", {&lines_lost, 1});
    }
    const std::size_t before = bytes.size();
    bytes += lines;
    const std::size_t sent = put(bytes);
    torn = sent == 0 ? torn : bytes[sent - 1] != '\n';
    told = sent < before ? told : dropped;
    if (sent < bytes.size()) {
      const std::string_view lost = std::string_view(bytes).substr(std::max(sent, before));
      dropped_ += static_cast<std::uint64_t>(std::count(lost.begin(), lost.end(), '\n'));
    }
  }
}

std::size_t Log::put(std::string_view all) {
  std::string_view bytes = all;
  while (!bytes.empty()) {
    pollfd ready{file_, POLLOUT, 0};
    const int free = ::poll(&ready, 1, kPatienceMs);
    if (free == 0) {
      const std::lock_guard lock(mutex_);
      if (closed_) {
        break;  // the program ends, and nobody reads
      }
      continue;
    }
    const ::ssize_t written = ::write(file_, bytes.data(), std::min(bytes.size(), piece_bytes_));
    if (written < 0 && errno != EINTR && errno != EAGAIN) {
      break;  // closed, or its disk is full
    }
    bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  return all.size() - bytes.size();
}

}  // namespace tagline::server
