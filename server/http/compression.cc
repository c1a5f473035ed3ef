#include "server/http/compression.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <new>
#include <optional>
#include <utility>
#include <zlib.h>
#include <zstd.h>

namespace tagline::server {
namespace {

// Of both the levels at which more effort saves little: JSON comes out at a fifth or less.
constexpr int kGzipLevel = 5;
constexpr int kZstdLevel = 3;
constexpr int kZstdStreamWindow = 17;  // bits
constexpr int kGzipWindow = 15 + 16;   // 32 KiB, and a header of gzip
constexpr int kGzipMemory = 8;
constexpr std::size_t kOutput = 16 * 1024;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// Takes the part before the separator off the text.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return trimmed(part);
}

/// "0.8" in thousandths; 0 of what is no weight.
unsigned weight_of(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.') ||
      text.size() > 5) {
    return 0;
  }
  unsigned weight = text[0] == '1' ? 1000 : 0;
  unsigned place = 100;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9') {
      return 0;
    }
    weight += static_cast<unsigned>(digit - '0') * place;
    place /= 10;
  }
  return weight > 1000 ? 0 : weight;
}

struct Weights {
  std::optional<unsigned> zstd;
  std::optional<unsigned> gzip;
  std::optional<unsigned> identity;
  std::optional<unsigned> any;
};

void read_weights(std::string_view list, Weights& weights) {
  while (!list.empty()) {
    std::string_view range = take(list, ',');
    const std::string_view name = take(range, ';');
    unsigned weight = 1000;
    while (!range.empty()) {
      const std::string_view parameter = take(range, ';');
      if (parameter.size() >= 2 && lower(parameter[0]) == 'q' && parameter[1] == '=') {
        weight = weight_of(parameter.substr(2));
      }
    }
    if (same(name, "zstd")) {
      weights.zstd = weight;
    } else if (same(name, "gzip") || same(name, "x-gzip")) {
      weights.gzip = weight;
    } else if (same(name, "identity")) {
      weights.identity = weight;
    } else if (name == "*") {
      weights.any = weight;
    }
  }
}

std::string_view name_of(Coding coding) {
  return coding == Coding::Zstd ? "zstd" : "gzip";
}

constexpr std::array<std::string_view, 2> kEndings{"-gz", "-zstd"};

std::string_view ending_of(Coding coding) {
  return kEndings[coding == Coding::Zstd ? 1 : 0];
}

HttpField* field_of(HttpReply& reply, std::string_view name) {
  const auto found =
      std::find_if(reply.fields.begin(), reply.fields.end(),
                   [name](const HttpField& field) { return same(field.name, name); });
  return found == reply.fields.end() ? nullptr : &*found;
}

bool is_text(std::string_view type) {
  type = take(type, ';');
  std::string name(type);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  const auto ends = [&](std::string_view with) {
    return name.size() >= with.size() &&
           name.compare(name.size() - with.size(), with.size(), with) == 0;
  };
  return (name.compare(0, 5, "text/") == 0 && name != "text/event-stream") || ends("/json") ||
         ends("+json") || ends("/x-ndjson") || ends("/javascript") || ends("+xml") ||
         ends("/openmetrics-text");
}

/// A strong tag with an ending; a weak one stays, it says no bytes.
std::string tag_with(const std::string& tag, std::string_view ending) {
  if (tag.size() < 2 || tag.front() != '"' || tag.back() != '"') {
    return tag;
  }
  return tag.substr(0, tag.size() - 1) + std::string(ending) + '"';
}

void take_endings_off(std::string& tags) {
  for (const std::string_view ending : kEndings) {
    const std::string written = std::string(ending) + '"';
    for (std::size_t at = tags.find(written); at != std::string::npos;
         at = tags.find(written, at)) {
      tags.erase(at, ending.size());
    }
  }
}

/// Pieces of a body on their way through a compressor.
class Pieces {
 public:
  Pieces(Coding coding, const BodySink& sink) : compressor_(coding), sink_(sink) {}

  bool take(std::string_view piece) {
    if (!alive_) {
      return false;
    }
    compressor_.add(piece, ready_);
    unread_ += piece.size();
    const auto now = std::chrono::steady_clock::now();
    if (unread_ >= ContentCoding::kFlushBytes || !flushed_.has_value() ||
        now - *flushed_ >= std::chrono::milliseconds(ContentCoding::kFlushTimeMs)) {
      compressor_.flush(ready_);
      unread_ = 0;
      flushed_ = now;
      send();
    } else if (ready_.size() >= kOutput) {
      send();
    }
    return alive_;
  }
  void finish() {
    if (alive_) {
      compressor_.finish(ready_);
      send();
    }
  }

 private:
  void send() {
    if (!ready_.empty()) {
      alive_ = sink_(ready_);
      ready_.clear();
    }
  }

  Compressor compressor_;
  const BodySink& sink_;
  std::string ready_;
  std::size_t unread_ = 0;
  std::optional<std::chrono::steady_clock::time_point> flushed_;
  bool alive_ = true;
};

}  // namespace

Coding coding_for(const HttpRequest& request) {
  Weights weights;
  for (const HttpField& field : request.fields) {
    if (same(field.name, "Accept-Encoding")) {
      read_weights(field.value, weights);
    }
  }
  const unsigned any = weights.any.value_or(0);
  const unsigned zstd = weights.zstd.value_or(any);
  const unsigned gzip = weights.gzip.value_or(any);
  const unsigned best = std::max(zstd, gzip);
  // Identity is acceptable when nothing is said of it, but then nobody has asked for it.
  if (best == 0 || best < weights.identity.value_or(0)) {
    return Coding::Identity;
  }
  return zstd == best ? Coding::Zstd : Coding::Gzip;
}

struct Compressor::Rep {
  ~Rep() {
    if (gzip.has_value()) {
      deflateEnd(&*gzip);
    }
    ZSTD_freeCCtx(zstd);
  }
  std::optional<z_stream> gzip;
  ZSTD_CCtx* zstd = nullptr;
};

Compressor::Compressor(Coding coding, std::size_t size) : rep_(std::make_unique<Rep>()) {
  if (coding == Coding::Zstd) {
    rep_->zstd = ZSTD_createCCtx();
    if (rep_->zstd == nullptr) {
      throw std::bad_alloc();
    }
    ZSTD_CCtx_setParameter(rep_->zstd, ZSTD_c_compressionLevel, kZstdLevel);
    if (size != kUnknown) {
      ZSTD_CCtx_setPledgedSrcSize(rep_->zstd, size);
    } else {
      // Of a stream, of which there may be thousands: less than a MiB each.
      ZSTD_CCtx_setParameter(rep_->zstd, ZSTD_c_windowLog, kZstdStreamWindow);
    }
    return;
  }
  // In place: zlib's state points back at its stream, which must not move.
  rep_->gzip.emplace();
  if (deflateInit2(&*rep_->gzip, kGzipLevel, Z_DEFLATED, kGzipWindow, kGzipMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    rep_->gzip.reset();
    throw std::bad_alloc();
  }
}

Compressor::~Compressor() = default;

void Compressor::run(std::string_view bytes, Until until, std::string& out) {
  std::array<char, kOutput> buffer;
  if (rep_->zstd != nullptr) {
    const auto mode = until == Until::End        ? ZSTD_e_end
                      : until == Until::Readable ? ZSTD_e_flush
                                                 : ZSTD_e_continue;
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (bool more = true; more;) {
      ZSTD_outBuffer piece{buffer.data(), buffer.size(), 0};
      const std::size_t left = ZSTD_compressStream2(rep_->zstd, &piece, &in, mode);
      if (ZSTD_isError(left) != 0) {
        throw std::bad_alloc();  // nothing else can fail
      }
      out.append(buffer.data(), piece.pos);
      more = until == Until::Whenever ? in.pos < in.size : left != 0;
    }
    return;
  }
  z_stream& stream = *rep_->gzip;
  const int mode = until == Until::End        ? Z_FINISH
                   : until == Until::Readable ? Z_SYNC_FLUSH
                                              : Z_NO_FLUSH;
  do {  // zlib counts bytes in 32 bits
    const std::size_t size = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(size);
    bytes.remove_prefix(size);
    do {
      stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream.avail_out = static_cast<uInt>(buffer.size());
      deflate(&stream, bytes.empty() ? mode : Z_NO_FLUSH);
      out.append(buffer.data(), buffer.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  } while (!bytes.empty());
}

void Compressor::add(std::string_view bytes, std::string& out) {
  if (!bytes.empty()) {
    run(bytes, Until::Whenever, out);
  }
}

void Compressor::flush(std::string& out) {
  run({}, Until::Readable, out);
}

void Compressor::finish(std::string& out) {
  run({}, Until::End, out);
}

ContentCoding::ContentCoding(HttpRequest& request) : coding_(coding_for(request)) {
  for (HttpField& field : request.fields) {
    if (same(field.name, "If-None-Match")) {
      tags_ += field.value + ",";
      take_endings_off(field.value);
    } else if (same(field.name, "If-Match")) {
      take_endings_off(field.value);
    }
  }
}

void ContentCoding::apply(HttpReply& reply) const {
  HttpField* tag = field_of(reply, "ETag");
  if (reply.status == 304) {
    // It names what the client has.
    for (const std::string_view ending : kEndings) {
      const std::string theirs = tag == nullptr ? std::string() : tag_with(tag->value, ending);
      if (tag != nullptr && tags_.find(tag->value) == std::string::npos &&
          tags_.find(theirs) != std::string::npos) {
        tag->value = theirs;
        break;
      }
    }
    return;
  }
  const HttpField* type = field_of(reply, "Content-Type");
  if (reply.status < 200 || reply.status == 204 || reply.status == 206 || type == nullptr ||
      !is_text(type->value) || field_of(reply, "Content-Encoding") != nullptr ||
      (!reply.stream && !reply.pieces && reply.body.size() < kBytesMin)) {
    return;
  }
  if (coding_ != Coding::Identity) {
    if (reply.pieces) {
      reply.pieces = [whole = std::move(reply.pieces),
                      compressor = std::make_shared<Compressor>(coding_),
                      over = false]() mutable -> Result<std::string> {
        std::string small;
        while (small.empty() && !over) {
          TAGLINE_ASSIGN_OR_RETURN(const std::string piece, whole());
          over = piece.empty();
          if (over) {
            compressor->finish(small);
          } else {
            compressor->add(piece, small);
            compressor->flush(small);
          }
        }
        return small;
      };
    } else if (reply.stream) {
      reply.stream = [whole = std::move(reply.stream), coding = coding_](const BodySink& sink) {
        Pieces pieces(coding, sink);
        whole([&pieces](std::string_view piece) { return pieces.take(piece); });
        pieces.finish();
      };
    } else {
      std::string small;
      Compressor compressor(coding_, reply.body.size());
      compressor.add(reply.body, small);
      compressor.finish(small);
      if (small.size() >= reply.body.size()) {
        reply.set("Vary", "Accept-Encoding");
        return;
      }
      reply.body = std::move(small);
    }
    if (tag != nullptr) {
      tag->value = tag_with(tag->value, ending_of(coding_));
    }
    reply.set("Content-Encoding", std::string(name_of(coding_)));
  }
  reply.set("Vary", "Accept-Encoding");
}

}  // namespace tagline::server
