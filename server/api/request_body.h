// Bodies of requests: JSON, read strictly, and large ones, which lie in files. Included by
// server/api/*.cc only.
#pragma once

#include "server/api/route.h"
#include "server/http/temporary_file.h"
#include "server/json_reader.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// What a list of ids in JSON may have.
inline constexpr std::size_t kBodyIdsMax = 100'000;
/// A body of JSON with such a list; others have RoutesOptions::body_bytes.
inline constexpr std::uint64_t kIdsBodyBytesMax = std::uint64_t{16} << 20U;

/// The media type of the body, in lower case and without parameters: "application/json".
[[nodiscard]] std::string media_type(const HttpRequest& request);
/// 415 when the body is of none of the types (the first is named as what was expected).
[[nodiscard]] std::optional<HttpReply> refuse_type(const Call& call,
                                                   std::initializer_list<std::string_view> types);

/// Reads the body as one JSON object: `read` takes from it what it knows (JsonReader::only says
/// what that is). A reply when the body is not said to be JSON (415), is none, or `read` found a
/// fault (400), or it has more than a stated limit (422).
using BodyReader = std::function<void(JsonReader&)>;
[[nodiscard]] std::optional<HttpReply> read_body(const Call& call, const BodyReader& read,
                                                 std::size_t depth_max = kJsonDepthMax);
/// The same of a text that is the body, e.g. one that lay in a file.
[[nodiscard]] std::optional<HttpReply> read_body(const Call& call, std::string_view text,
                                                 const BodyReader& read,
                                                 std::size_t depth_max = kJsonDepthMax);
/// Fails when the key is missing.
void require(JsonReader& reader, const char* key, const Text& expected);
/// A whole number from 1 to `most`.
void read_up_to(JsonReader& reader, const char* key, std::optional<std::uint64_t>& into,
                std::uint64_t most);
/// A list of at most so many texts.
void read_texts(JsonReader& reader, const char* key, std::vector<std::string>& into,
                std::size_t most);
/// A day.
void read_day(JsonReader& reader, const char* key, std::optional<std::chrono::sys_days>& into);

/// 415 when a large body is compressed otherwise than by gzip, zstd or xz. Which of them it is
/// whoever reads the file sees for itself.
[[nodiscard]] std::optional<HttpReply> refuse_encoding(const Call& call);
/// The body as a file, also of one that came in memory. REQUIRES: Api::jobs. Errors of
/// TemporaryFile.
[[nodiscard]] Result<std::shared_ptr<TemporaryFile>> file_of_body(const Call& call);

}  // namespace tagline::server
