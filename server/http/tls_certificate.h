// TlsCertificate: the certificate and key a server shows, followed as their files change. Private
// to server/http.
#pragma once

#include "engine/result.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

namespace tagline::server {

/// One thread at a time.
class TlsCertificate {
 public:
  using Context = boost::asio::ssl::context;
  using Clock = std::chrono::steady_clock;
  /// Told why a new certificate is not taken, once for each state of the files.
  using Report = std::function<void(const Error&)>;

  /// PEM files: the chain with the server's own certificate first, and its key without a
  /// passphrase. BadInput, in words, when one cannot be read or they do not belong together.
  [[nodiscard]] static Result<std::unique_ptr<TlsCertificate>> open(const std::string& certificate,
                                                                    const std::string& key,
                                                                    Report report);

  /// For a new connection: TLS 1.2 or 1.3, forward secrecy, ALPN "http/1.1". The files are looked
  /// at at most once a second; while new ones are at fault, the old certificate stays.
  [[nodiscard]] std::shared_ptr<Context> current(Clock::time_point now = Clock::now());
  /// The files are looked at at the next current().
  void look_again() { looked_ = Clock::time_point::min(); }

 private:
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t changed_s = 0;
    std::int64_t changed_ns = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  using Stamps = std::array<Stamp, 2>;
  TlsCertificate(std::string certificate, std::string key, Report report);
  [[nodiscard]] Stamps stamps() const;
  [[nodiscard]] Result<std::shared_ptr<Context>> load() const;

  const std::string certificate_;
  const std::string key_;
  const Report report_;
  Clock::time_point looked_;
  Stamps stamps_;
  std::shared_ptr<Context> current_;
};

}  // namespace tagline::server
