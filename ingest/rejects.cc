#include "ingest/rejects.h"

#include "engine/system_reason.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tagline::ingest {
namespace {

/// Refused rows before an early end is considered, and how far beyond the allowed share they must
/// be.
constexpr std::uint64_t kEarlyRejects = 1000;
constexpr double kEarlyFactor = 4;

tl::unexpected<Error> cannot_write(const std::string& path) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  const Text reason = system_reason(errno);
  return failure(full ? ErrorCode::DiskFull : ErrorCode::System,
                 {"cannot write the rejects file " + path + ": " + reason.en,
                  "无法写入拒绝行文件 " + path + "：" + reason.zh});
}

/// "0.1" for 0.001: enough digits for any share people write.
std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", share * 100);
  return text;
}

}  // namespace

Result<Rejects> Rejects::open(const std::string& path) {
  Rejects rejects;
  if (path.empty()) {
    return rejects;
  }
  rejects.path_ = path;
  rejects.file_.reset(std::fopen(path.c_str(), "we"));
  if (rejects.file_ == nullptr) {
    return cannot_write(path);
  }
  TAGLINE_RETURN_IF_ERROR(rejects.write("file,line,reason,row\n"));
  return rejects;
}

Status Rejects::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) {
    return cannot_write(path_);
  }
  return {};
}

Status Rejects::write_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n ") == std::string_view::npos) {
    return write(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted.append(c == '"' ? 2 : 1, c);
  }
  return write(quoted + "\"");
}

Status Rejects::add(Reject reject, std::string_view row) {
  ++count_;
  if (file_ != nullptr) {
    while (!row.empty() && (row.back() == '\n' || row.back() == '\r')) {
      row.remove_suffix(1);
    }
    TAGLINE_RETURN_IF_ERROR(write_cell(reject.file));
    TAGLINE_RETURN_IF_ERROR(write("," + std::to_string(reject.line) + ","));
    TAGLINE_RETURN_IF_ERROR(write_cell(reject.reason.en));
    TAGLINE_RETURN_IF_ERROR(write(","));
    TAGLINE_RETURN_IF_ERROR(write_cell(row));
    TAGLINE_RETURN_IF_ERROR(write("\n"));
  }
  if (first_.size() < kKept) {
    first_.push_back(std::move(reject));
  }
  return {};
}

Status Rejects::add_rows(const RowBatch& batch, std::vector<BadRow> bad) {
  std::sort(bad.begin(), bad.end(),
            [](const BadRow& a, const BadRow& b) { return a.place.number < b.place.number; });
  for (BadRow& row : bad) {
    TAGLINE_RETURN_IF_ERROR(
        add({batch.file, row.place.line, std::move(row.reason)}, batch.text(row.place)));
  }
  return {};
}

void Rejects::take_back(std::uint64_t count) {
  count_ = std::min(count_, count);
  if (first_.size() > count_) {
    first_.resize(static_cast<std::size_t>(count_));
  }
}

Status Rejects::close() {
  if (file_ != nullptr && std::fclose(file_.release()) != 0) {
    return cannot_write(path_);
  }
  return {};
}

Status Rejects::check(std::uint64_t rows, double share) const {
  if (static_cast<double>(count_) <= share * static_cast<double>(rows)) {
    return {};
  }
  const std::string refused = std::to_string(count_);
  const std::string all = std::to_string(rows);
  Text hint{"correct the file or the schema, or allow more bad rows; the first ones:",
            "请修正文件或模式，或允许更多坏行；前几行："};
  for (const Reject& reject : first_) {
    const std::string place = "\n  " + reject.file + ":" + std::to_string(reject.line) + ": ";
    hint.en += place + reject.reason.en;
    hint.zh += place + reject.reason.zh;
  }
  return failure(
      ErrorCode::TooManyRejects,
      {refused + " of " + all + " rows were refused, allowed are " + percent(share) +
           "%; nothing was loaded",
       all + " 行中有 " + refused + " 行被拒绝，允许 " + percent(share) + "%；未载入任何数据"},
      std::move(hint));
}

Status Rejects::check_early(std::uint64_t rows, double share) const {
  return count_ > kEarlyRejects
             ? check(rows, share * kEarlyFactor).has_value() ? Status() : check(rows, share)
             : Status();
}

}  // namespace tagline::ingest
