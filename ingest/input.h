// Input: the bytes of a file or of standard input, decompressed when they are gzip, xz or zstd.
#pragma once

#include "engine/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tagline::ingest {

/// Fills the span and returns how many bytes; 0 at the end.
using ByteSource = std::function<Result<std::size_t>(std::span<char>)>;

/// A source that reads `bytes`, which must outlive it.
[[nodiscard]] ByteSource memory_source(std::string_view bytes);

/// One thread, except that bytes_consumed() may be asked from any.
class Input {
 public:
  /// `path`, or "-" for standard input. Compression is recognised by content, never by name.
  /// NotFound, BadInput (a folder), System. An empty file is fine. `shown_name`: instead of the
  /// path in messages once it is open; empty: the path.
  [[nodiscard]] static Result<std::unique_ptr<Input>> open(const std::string& path,
                                                           const std::string& shown_name = {});
  /// Over bytes that come from somewhere else, decompressed alike; `name` is for messages. Errors
  /// of `source` are those of read().
  [[nodiscard]] static Result<std::unique_ptr<Input>> over(ByteSource source,
                                                           const std::string& name);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  /// BadInput when the compressed bytes are damaged or cut short.
  [[nodiscard]] Result<std::size_t> read(std::span<char> out);

  /// The first `bytes_max` decompressed bytes, or all when there are fewer. REQUIRES: nothing was
  /// read yet. They will be read again by read(); the view lives until then.
  [[nodiscard]] Result<std::string_view> peek(std::size_t bytes_max);
  /// After peek(): the view was the whole input.
  [[nodiscard]] bool peeked_all() const;

  /// Digest::hex of the bytes as they are on disk, what decompression left unread included.
  /// REQUIRES: read() has come to the end. System.
  [[nodiscard]] Result<std::string> digest(std::string_view suffix);

  [[nodiscard]] std::uint64_t bytes_consumed() const;  ///< as they are on disk
  [[nodiscard]] std::uint64_t bytes_total() const;     ///< as they are on disk; 0: unknown (a pipe)
  [[nodiscard]] const std::string& name() const;       ///< the path, for messages

 private:
  struct Rep;
  explicit Input(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace tagline::ingest
