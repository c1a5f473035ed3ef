#include "cli/repl/history.h"

#include "server/answer_json.h"
#include "server/json_value.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tagline::cli {
namespace {

std::string lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

}  // namespace

History::History(std::string file) : file_(std::move(file)) {
  if (file_.empty()) {
    return;
  }
  std::ifstream in(file_, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    // A line that was cut off by a crash is left out.
    const auto json = server::JsonValue::parse(line);
    if (const auto text = json["text"].text_if_any(); text.has_value()) {
      entries_.push_back({static_cast<std::int64_t>(json["time"].number()), *text});
    }
  }
  if (entries_.size() > kKept) {
    entries_.erase(entries_.begin(), entries_.end() - static_cast<std::ptrdiff_t>(kKept));
  }
}

std::string History::default_file() {
  if (const char* named = std::getenv("TAGLINE_HISTORY"); named != nullptr) {
    return named;
  }
  namespace fs = std::filesystem;
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  if (state != nullptr && *state != '\0') {
    return (fs::path(state) / "tagline" / "history.ndjson").string();
  }
  return home != nullptr && *home != '\0'
             ? (fs::path(home) / ".local" / "state" / "tagline" / "history.ndjson").string()
             : std::string();
}

void History::add(const std::string& text) {
  if (text.empty() || (!entries_.empty() && entries_.back().text == text)) {
    return;
  }
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  entries_.push_back({now, text});
  if (file_.empty()) {
    return;
  }
  // A history that cannot be written is no reason to trouble anybody.
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(file_).parent_path(), ignored);
  const int file = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) {
    return;
  }
  const std::string line =
      "{\"time\":" + std::to_string(now) + ",\"text\":" + server::quoted_json(text) + "}\n";
  [[maybe_unused]] const auto written = ::write(file, line.data(), line.size());
  ::close(file);
}

std::vector<History::Entry> History::found(std::string_view words) const {
  std::vector<std::string> wanted;
  std::istringstream in(lower(words));
  for (std::string word; in >> word;) {
    wanted.push_back(word);
  }
  std::vector<Entry> found;
  std::copy_if(entries_.begin(), entries_.end(), std::back_inserter(found),
               [&](const Entry& entry) {
                 const std::string text = lower(entry.text);
                 return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& word) {
                   return text.find(word) != std::string::npos;
                 });
               });
  return found;
}

}  // namespace tagline::cli
