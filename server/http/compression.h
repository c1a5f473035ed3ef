// Compression of replies: which coding a client takes, and replies in it. Every reply of the
// handler passes here, once, on the worker.
//
// Why a place of its own: a reply's fields change with its coding. A strong ETag names bytes, so
// the compressed ones have one of their own, "abc-gz" or "abc-zstd"; clients give it back in
// If-None-Match and If-Match, where the handler finds "abc" again.
#pragma once

#include "server/http/http_message.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tagline::server {

enum class Coding : std::uint8_t { Identity, Gzip, Zstd };

/// What Accept-Encoding likes best (RFC 9110, 12.5.3); of equals zstd, then gzip. Identity when it
/// names neither, is missing, or likes identity better. A weight that is none counts as 0.
[[nodiscard]] Coding coding_for(const HttpRequest& request);

/// One compressed stream. Out of memory: std::bad_alloc.
class Compressor {
 public:
  /// `size`: of all that will be added, when it is known; less memory then. REQUIRES: not Identity.
  explicit Compressor(Coding coding, std::size_t size = kUnknown);
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  static constexpr std::size_t kUnknown = SIZE_MAX;

  // Each appends to `out` what is ready.
  void add(std::string_view bytes, std::string& out);
  void flush(std::string& out);   ///< so that all that was added can be read
  void finish(std::string& out);  ///< once, at the end

 private:
  enum class Until : std::uint8_t { Whenever, Readable, End };
  void run(std::string_view bytes, Until until, std::string& out);
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

/// The coding of one request's reply.
class ContentCoding {
 public:
  /// Takes our endings off the tags of If-None-Match and If-Match.
  explicit ContentCoding(HttpRequest& request);

  /// Compresses text (JSON, NDJSON, CSV, HTML, ...) of kBytesMin or more and all streamed text, and
  /// sets Content-Encoding, Vary and ETag. Leaves alone: what has a Content-Encoding, other media
  /// types, server-sent events, bodies that would not become smaller. A stream is made readable for
  /// the client every kFlushBytes, and with any piece that comes kFlushTime after the last time;
  /// its last piece always; a body in pieces with every piece. The same for HEAD, so that its
  /// fields are those of GET.
  void apply(HttpReply& reply) const;

  static constexpr std::size_t kBytesMin = 1024;
  static constexpr std::size_t kFlushBytes = 32 * 1024;
  static constexpr int kFlushTimeMs = 250;

 private:
  const Coding coding_;
  std::string tags_;  ///< If-None-Match as sent
};

}  // namespace tagline::server
