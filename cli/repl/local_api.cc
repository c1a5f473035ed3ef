#include "cli/repl/local_api.h"

#include "cli/build_stamp.h"
#include "server/http/temporary_file.h"

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <utility>

namespace tagline::cli {
namespace {

constexpr std::size_t kCacheBytes = std::size_t{64} << 20U;
/// Of what streams of ids hold; queries may hold as much.
constexpr std::uint64_t kMemoryBytes = std::uint64_t{4} << 30U;
/// Nobody else waits: whoever asked presses Ctrl-C.
constexpr std::chrono::hours kTimeMax{24};
constexpr unsigned kConflict = 409;
constexpr std::size_t kCopiedAtOnce = std::size_t{1} << 20U;

server::RoutesOptions options_of(storage::OpenMode mode) {
  server::RoutesOptions options;
  options.threads = 0;
  options.timeout = kTimeMax;
  options.memory = kMemoryBytes;
  options.read_only = mode == storage::OpenMode::Read;
  options.build = build_stamp();
  options.load_bytes = std::numeric_limits<std::int64_t>::max() / 8;
  return options;
}

/// What a large body of a request would be on a server.
Result<std::shared_ptr<server::TemporaryFile>> copied(const std::string& path,
                                                      const std::filesystem::path& folder) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return failure(ErrorCode::NotFound, {"cannot read " + path, "无法读取 " + path},
                   {"check the path and that you may read it", "请检查路径和读取权限"});
  }
  TAGLINE_ASSIGN_OR_RETURN(auto file, server::TemporaryFile::make(folder));
  std::string bytes(kCopiedAtOnce, '\0');
  while (in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) || in.gcount() > 0) {
    TAGLINE_RETURN_IF_ERROR(
        file->append(std::string_view(bytes).substr(0, static_cast<std::size_t>(in.gcount()))));
  }
  return file;
}

}  // namespace

Result<std::unique_ptr<LocalApi>> LocalApi::open(const std::string& folder) {
  std::unique_ptr<LocalApi> api(new LocalApi(folder));
  TAGLINE_RETURN_IF_ERROR(api->reopen(storage::OpenMode::Read));
  return api;
}

LocalApi::~LocalApi() = default;

Status LocalApi::reopen(storage::OpenMode mode) {
  // A folder is opened once a process.
  routes_.reset();
  service_.reset();
  storage::OpenOptions options;
  options.mode = mode;
  TAGLINE_ASSIGN_OR_RETURN(service_, server::Service::open(folder_, options));
  mode_ = mode;
  service_->keep_answers(kCacheBytes);
  routes_ = std::make_unique<server::Routes>(*service_, options_of(mode),
                                             [] { return server::ServerStatus{}; });
  return {};
}

void LocalApi::settle() {
  if (mode_ != storage::OpenMode::Read || routes_ == nullptr) {
    // What cannot be opened again is said by the next request.
    static_cast<void>(reopen(storage::OpenMode::Read));
  }
}

Result<ApiReply> LocalApi::send(const ApiRequest& request, const ApiSink& sink) {
  if (routes_ == nullptr) {
    TAGLINE_RETURN_IF_ERROR(reopen(storage::OpenMode::Read));
  }
  TAGLINE_ASSIGN_OR_RETURN(ApiReply reply, answer(request, sink));
  if (reply.status != kConflict || mode_ != storage::OpenMode::Read ||
      reply.body.find("\"code\":\"read-only\"") == std::string::npos) {
    return reply;
  }
  if (const Status opened = reopen(storage::OpenMode::Write); !opened.has_value()) {
    TAGLINE_RETURN_IF_ERROR(reopen(storage::OpenMode::Read));
    return tl::unexpected(opened.error());
  }
  return answer(request, sink);
}

Result<ApiReply> LocalApi::answer(const ApiRequest& request, const ApiSink& sink) {
  server::HttpRequest http;
  http.method = request.method;
  http.target = request.target;
  http.body = request.body;
  http.id = "local";
  if (!request.body.empty() || !request.file.empty()) {
    http.fields.push_back({"Content-Type", request.type});
  }
  if (request.only_new) {
    http.fields.push_back({"If-None-Match", "*"});
  }
  if (!request.file.empty() && mode_ != storage::OpenMode::Read) {
    TAGLINE_ASSIGN_OR_RETURN(http.file,
                             copied(request.file, std::filesystem::path(folder_) / "incoming"));
  }
  engine::Budget budget;
  {
    const std::lock_guard lock(running_mutex_);
    running_ = &budget;
  }
  auto reply = answer(http, budget, sink);
  const std::lock_guard lock(running_mutex_);
  running_ = nullptr;
  return reply;
}

Result<ApiReply> LocalApi::answer(const server::HttpRequest& request, engine::Budget& budget,
                                  const ApiSink& sink) const {
  server::HttpReply made = routes_->answer(request, budget);
  ApiReply reply{made.status, std::move(made.body)};
  const auto take = [&](std::string_view piece) {
    if (sink) {
      return sink(piece);
    }
    reply.body += piece;
    return true;
  };
  while (made.pieces) {
    TAGLINE_ASSIGN_OR_RETURN(const std::string piece, made.pieces());
    if (piece.empty() || !take(piece)) {
      break;
    }
  }
  if (made.stream) {
    made.stream(take);
  }
  if (made.file != nullptr) {
    std::array<char, 65'536> bytes{};
    for (std::uint64_t at = 0;;) {
      TAGLINE_ASSIGN_OR_RETURN(const std::size_t read, made.file->read(at, bytes));
      if (read == 0 || !take(std::string_view(bytes.data(), read))) {
        break;
      }
      at += read;
    }
  }
  return reply;
}

void LocalApi::cancel() {
  const std::lock_guard lock(running_mutex_);
  if (running_ != nullptr) {
    running_->cancelled = true;
  }
}

std::string LocalApi::name() const {
  const std::filesystem::path path = std::filesystem::path(folder_).lexically_normal();
  const std::string name = path.filename().string();
  return name.empty() ? path.parent_path().filename().string() : name;
}

}  // namespace tagline::cli
