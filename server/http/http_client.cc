#include "server/http/http_client.h"

#include "engine/system_reason.h"
#include "server/http/connection.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <optional>
#include <sys/socket.h>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace tagline::server {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds kConnectTime{10};
constexpr std::size_t kPieceBytes = 65'536;
constexpr unsigned kFine = 200;

struct Url {
  bool tls = false;
  std::string host;  ///< without brackets
  std::string port;
  std::string authority;  ///< "host:port" as in the address
};

std::optional<Url> url_of(std::string_view text) {
  Url url;
  for (const auto& [scheme, tls] : {std::pair{"http://", false}, std::pair{"https://", true}}) {
    if (text.substr(0, std::string_view(scheme).size()) == scheme) {
      url.tls = tls;
      url.authority = text.substr(std::string_view(scheme).size());
    }
  }
  if (!url.authority.empty() && url.authority.back() == '/') {
    url.authority.pop_back();
  }
  if (url.authority.empty() || url.authority.find_first_of("/?#@ ") != std::string::npos) {
    return std::nullopt;
  }
  const std::size_t bracket = url.authority.rfind(']');
  const std::size_t colon = url.authority.rfind(':');
  const bool has_port =
      colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  url.host = url.authority.substr(0, has_port ? colon : std::string::npos);
  url.port = has_port ? url.authority.substr(colon + 1) : url.tls ? "443" : "80";
  if (url.host.size() > 2 && url.host.front() == '[' && url.host.back() == ']') {
    url.host = url.host.substr(1, url.host.size() - 2);
  }
  const bool digits = url.port.find_first_not_of("0123456789") == std::string::npos;
  return url.host.empty() || url.port.empty() || !digits ? std::nullopt : std::optional(url);
}

Text reason_of(const error_code& problem) {
  if (problem.category() == boost::system::system_category() ||
      problem.category() == boost::system::generic_category()) {
    return system_reason(problem.value());
  }
  if (problem.category() == asio::error::get_netdb_category()) {
    return {problem.message(), "找不到该主机"};
  }
  if (problem == asio::error::eof) {
    return {problem.message(), "对方已关闭连接"};
  }
  return {problem.message(), problem.message()};
}

template <class Body>
http::request<Body> head_of(const ClientRequest& request, const Url& url, const std::string& key) {
  http::request<Body> message;
  message.method_string(request.method);
  message.target(request.target);
  message.version(11);
  message.set(http::field::host, url.authority);
  message.set(http::field::user_agent, "tagline");
  if (!key.empty()) {
    message.set(http::field::authorization, "Bearer " + key);
  }
  for (const HttpField& field : request.fields) {
    message.insert(field.name, field.value);
  }
  return message;
}

}  // namespace

struct HttpClient::State {
  Url url;
  std::string key;
  asio::io_context io;
  std::shared_ptr<Connection::Context> tls;
  std::unique_ptr<Connection> connection;  ///< null: none is open
  std::atomic<bool> sending{false};
  std::atomic<bool> cancelled{false};

  /// Runs what was begun to its end, or until cancel().
  void run() {
    io.restart();
    io.run();
  }

  [[nodiscard]] Error fault(const Text& step, const error_code& problem) const {
    if (cancelled) {
      return {ErrorCode::Cancelled, {"cancelled", "已取消"}, {}};
    }
    const std::string where = url.authority;
    return {ErrorCode::System,
            {where + ": " + step.en + ": " + reason_of(problem).en,
             where + "：" + step.zh + "：" + reason_of(problem).zh},
            {"check the address and that the server runs (tagline serve)",
             "请检查地址，并确认服务器正在运行（tagline serve）"}};
  }

  error_code connect() {
    asio::ip::tcp::resolver resolver(io);
    error_code problem;
    auto places = resolver.resolve(url.host, url.port, problem);
    if (problem && url.host == "localhost") {
      // Always this machine (RFC 6761, 6.3), also where no file of hosts says so.
      places = resolver.resolve("127.0.0.1", url.port, problem);
    }
    if (problem) {
      return problem;
    }
    connection = std::make_unique<Connection>(asio::ip::tcp::socket(asio::make_strand(io)), tls);
    connection->expires_after(kConnectTime);
    connection->tcp().async_connect(
        places, [&](const error_code& outcome, const auto&) { problem = outcome; });
    run();
    if (!problem) {
      // Header and body go out one after the other, and neither is to wait for the other's receipt.
      error_code ignored;
      connection->socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    }
    if (!problem && tls != nullptr) {
      connection->async_handshake_with(url.host,
                                       [&](const error_code& outcome) { problem = outcome; });
      run();
    }
    connection->expires_never();
    return problem;
  }

  /// Of a connection on which nothing is asked: the server has closed it, or will.
  bool is_gone() {
    std::array<char, 1> byte{};
    const auto seen = ::recv(connection->socket().native_handle(), byte.data(), byte.size(),
                             MSG_PEEK | MSG_DONTWAIT);
    return seen >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

  template <class Body>
  error_code write(http::request<Body>& message) {
    error_code problem;
    message.prepare_payload();
    http::async_write(*connection, message,
                      [&](const error_code& outcome, std::size_t) { problem = outcome; });
    run();
    return problem;
  }

  error_code write(const ClientRequest& request) {
    if (request.file.empty()) {
      auto message = head_of<http::string_body>(request, url, key);
      message.body() = request.body;
      return write(message);
    }
    auto message = head_of<http::file_body>(request, url, key);
    error_code problem;
    message.body().open(request.file.c_str(), boost::beast::file_mode::scan, problem);
    return problem ? problem : write(message);
  }

  struct Read {
    ClientReply reply;
    error_code problem;
    bool nothing = false;  ///< the server had closed the connection before
  };

  Read read(const std::string& method, const BodySink& sink) {
    Read read;
    boost::beast::flat_buffer buffer;
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(boost::none);
    parser.skip(method == "HEAD");
    const auto note = [&](const error_code& outcome, std::size_t) { read.problem = outcome; };
    do {
      http::async_read_header(*connection, buffer, parser, note);
      run();
    } while (!read.problem && parser.get().result_int() / 100 == 1);
    read.nothing = read.problem && !parser.got_some();
    if (read.problem) {
      return read;
    }
    read.reply.status = parser.get().result_int();
    for (const auto& field : parser.get()) {
      read.reply.fields.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    std::array<char, kPieceBytes> bytes{};
    bool wanted = true;
    while (wanted && !parser.is_done()) {
      parser.get().body().data = bytes.data();
      parser.get().body().size = bytes.size();
      http::async_read(*connection, buffer, parser, note);
      run();
      if (read.problem == http::error::need_buffer) {
        read.problem = {};
      }
      if (read.problem) {
        break;
      }
      const std::string_view piece(bytes.data(), bytes.size() - parser.get().body().size);
      if (sink && read.reply.status == kFine) {
        wanted = piece.empty() || sink(piece);
      } else {
        read.reply.body += piece;
      }
    }
    if (read.problem || !wanted || !parser.keep_alive()) {
      connection.reset();
    }
    return read;
  }
};

Result<std::unique_ptr<HttpClient>> HttpClient::make(std::string_view url, std::string key) {
  const auto parsed = url_of(url);
  if (!parsed.has_value()) {
    const std::string found(url);
    return failure(ErrorCode::BadInput,
                   {"\"" + found + "\" is no address of a server", "“" + found + "”不是服务器地址"},
                   {"write it as http://127.0.0.1:8080 or https://tagline.example.com",
                    "请写成 http://127.0.0.1:8080 或 https://tagline.example.com"});
  }
  auto state = std::make_unique<State>();
  state->url = *parsed;
  state->key = std::move(key);
  if (parsed->tls) {
    state->tls = std::make_shared<Connection::Context>(Connection::Context::tls_client);
    error_code ignored;  // without trusted certificates the handshake fails, and says so
    state->tls->set_default_verify_paths(ignored);
  }
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(state)));
}

HttpClient::HttpClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpClient::~HttpClient() = default;

Result<ClientReply> HttpClient::send(const ClientRequest& request, const BodySink& sink) {
  State& state = *state_;
  if (std::error_code unreadable;
      !request.file.empty() && !std::filesystem::is_regular_file(request.file, unreadable)) {
    return failure(ErrorCode::NotFound, {"cannot read " + request.file, "无法读取 " + request.file},
                   {"check the path and that you may read it", "请检查路径和读取权限"});
  }
  state.cancelled = false;
  state.sending = true;
  struct Sent {
    std::atomic<bool>& sending;
    ~Sent() { sending = false; }
  } const sent{state.sending};
  if (state.connection != nullptr && state.is_gone()) {
    state.connection.reset();
  }
  // It may be closed at this very moment: what may be asked twice is asked again.
  for (bool kept = state.connection != nullptr;; kept = false) {
    if (!kept) {
      if (const error_code problem = state.connect(); problem) {
        state.connection.reset();
        return tl::unexpected(state.fault({"cannot connect", "无法连接"}, problem));
      }
    }
    const error_code written = state.write(request);
    // Who refuses a body says so and closes; what was said can still be read.
    State::Read read = state.read(request.method, sink);
    if (!read.problem) {
      return std::move(read.reply);
    }
    state.connection.reset();
    if (state.cancelled || !kept || !read.nothing || request.method == "POST") {
      return tl::unexpected(
          state.fault({"the connection broke off", "连接中断"}, written ? written : read.problem));
    }
  }
}

void HttpClient::cancel() {
  if (!state_->sending) {
    return;
  }
  state_->cancelled = true;
  asio::post(state_->io, [state = state_.get()] {
    // It may come when the request it was meant for is over, and another is being sent.
    if (state->cancelled && state->connection != nullptr) {
      state->connection->tcp().close();
    }
  });
}

const std::string& HttpClient::host() const {
  return state_->url.authority;
}

}  // namespace tagline::server
