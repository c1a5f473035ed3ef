#include "ingest/intake.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace tagline::ingest {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kProgressInterval{100};

/// Closes the queue and waits for the reading thread on every way out.
class Reader {
 public:
  Reader(RowSource& source, BatchQueue& queue)
      : queue_(queue), thread_([&source, &queue] { source.run(queue); }) {}
  ~Reader() {
    queue_.close();
    thread_.join();
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

 private:
  BatchQueue& queue_;
  std::thread thread_;
};

}  // namespace

Meter::Meter(const LoadOptions& options, std::uint64_t bytes_total)
    : options_(options), last_(Clock::now()) {
  progress_.bytes_total = bytes_total;
}

void Meter::tick(std::uint64_t rows, std::uint64_t bytes) {
  if (options_.progress && Clock::now() - last_ >= kProgressInterval) {
    tell(rows, bytes, false);
  }
}

void Meter::tell(std::uint64_t rows, std::uint64_t bytes, bool committing) {
  progress_.rows = rows;
  progress_.bytes_read = bytes;
  if (bytes > progress_.bytes_total) {
    progress_.bytes_total = 0;  // it has grown since: how much there is, nobody knows
  }
  progress_.committing = committing;
  if (options_.progress) {
    options_.progress(progress_);
  }
  last_ = Clock::now();
}

Result<std::unique_ptr<Input>> given_input(const std::vector<std::string>& files,
                                           const LoadOptions& options) {
  if (!options.source) {
    return std::unique_ptr<Input>();
  }
  if (files.size() != 1) {
    const std::string count = std::to_string(files.size());
    return failure(ErrorCode::BadInput,
                   {"one source of bytes for " + count + " files, expected one file",
                    "一个数据来源对应了 " + count + " 个文件，应为一个"});
  }
  return Input::over(options.source,
                     options.shown_name.empty() ? files.front() : options.shown_name);
}

Result<std::uint64_t> total_bytes(const std::vector<std::string>& files,
                                  const LoadOptions& options) {
  std::uint64_t total = 0;
  if (options.source) {
    return total;
  }
  bool known = true;
  for (const std::string& file : files) {
    std::error_code error;
    const std::filesystem::file_status status =
        file == "-" ? std::filesystem::file_status() : std::filesystem::status(file, error);
    if (file != "-" && status.type() == std::filesystem::file_type::not_found) {
      return failure(
          ErrorCode::NotFound, {"there is no file " + file, "没有文件 " + file},
          {"check the path; \"-\" reads standard input", "请检查路径；“-” 表示标准输入"});
    }
    if (status.type() == std::filesystem::file_type::regular) {
      total += std::filesystem::file_size(file, error);
    } else {
      known = false;
    }
  }
  return known ? total : 0;
}

Status check_cancelled(const LoadOptions& options) {
  if (options.cancelled != nullptr && *options.cancelled) {
    return failure(ErrorCode::Cancelled,
                   {"the load was cancelled; nothing was loaded", "装载已被取消；未载入任何数据"});
  }
  return {};
}

Status take_all(RowSource& source, Intake& intake, const Rejects& rejects,
                const LoadOptions& options, Meter& meter) {
  BatchQueue queue;
  std::optional<Reader> reader;
  try {
    reader.emplace(source, queue);
  } catch (const std::system_error& error) {
    const std::string cause = error.what();
    return failure(ErrorCode::System,
                   {"cannot start a thread: " + cause, "无法启动线程：" + cause});
  }
  while (!queue.done()) {
    TAGLINE_RETURN_IF_ERROR(check_cancelled(options));
    if (const auto batch = queue.pop(kProgressInterval); batch != nullptr) {
      TAGLINE_RETURN_IF_ERROR(intake.take(*batch));
      TAGLINE_RETURN_IF_ERROR(rejects.check_early(intake.rows(), options.max_errors_share));
    }
    meter.tick(intake.rows(), source.bytes_read());
  }
  if (auto error = queue.error(); error.has_value()) {
    return tl::unexpected(std::move(*error));
  }
  return rejects.check(intake.rows(), options.max_errors_share);
}

}  // namespace tagline::ingest
