// Replies in the coding a client takes, read back with the system's libraries.
#include "server/http/compression.h"

#include <random>
#include <string>
#include <vector>
#include <zlib.h>
#include <zstd.h>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

HttpRequest asking(const std::string& accept) {
  HttpRequest request;
  request.method = "GET";
  request.fields = {{"Host", "x"}, {"accept-encoding", accept}};
  return request;
}

HttpReply text_reply(std::string body) {
  HttpReply reply;
  reply.set("Content-Type", "application/json");
  reply.body = std::move(body);
  return reply;
}

std::string field_of(const HttpReply& reply, const std::string& name) {
  std::string all;
  for (const HttpField& field : reply.fields) {
    if (field.name == name) {
      all += (all.empty() ? "" : ", ") + field.value;
    }
  }
  return all;
}

/// As far as it can be read: of an unfinished stream what has been flushed.
std::string gunzip(const std::string& bytes, bool* ended = nullptr) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out;
  std::vector<unsigned char> in(bytes.begin(), bytes.end());
  std::vector<char> piece(1 << 16);
  stream.next_in = in.data();
  stream.avail_in = static_cast<uInt>(in.size());
  int code = Z_OK;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    code = inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
  } while (code == Z_OK && (stream.avail_in > 0 || stream.avail_out == 0));
  EXPECT_TRUE(code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR);
  if (ended != nullptr) {
    *ended = code == Z_STREAM_END && stream.avail_in == 0;
  }
  inflateEnd(&stream);
  return out;
}

std::string unzstd(const std::string& bytes, bool* ended = nullptr) {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  std::string out;
  std::vector<char> piece(1 << 16);
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t left = 1;
  bool full = false;
  while (in.pos < in.size || full) {
    ZSTD_outBuffer to{piece.data(), piece.size(), 0};
    left = ZSTD_decompressStream(context, &to, &in);
    EXPECT_EQ(ZSTD_isError(left), 0U);
    if (ZSTD_isError(left) != 0) {
      break;
    }
    out.append(piece.data(), to.pos);
    full = to.pos == piece.size();
  }
  if (ended != nullptr) {
    *ended = left == 0;
  }
  ZSTD_freeDCtx(context);
  return out;
}

std::string plain(const std::string& coding, const std::string& bytes, bool* ended = nullptr) {
  return coding == "gzip" ? gunzip(bytes, ended) : unzstd(bytes, ended);
}

std::string lines(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) {
    text += "{\"id\": \"u" + std::to_string(i * 7919) + "\"}\n";
  }
  return text;
}

TEST(Compression, ChoosesWhatTheClientLikesBest) {
  struct Case {
    const char* accept;
    Coding coding;
  };
  for (const Case& each : {
           Case{"", Coding::Identity},
           Case{"gzip", Coding::Gzip},
           Case{"GZip", Coding::Gzip},
           Case{"x-gzip", Coding::Gzip},
           Case{"zstd", Coding::Zstd},
           Case{"gzip, deflate, br, zstd", Coding::Zstd},
           Case{"gzip;q=1.0, zstd;q=0.5", Coding::Gzip},
           Case{"gzip ; q=0.8 ,zstd;Q=0.8", Coding::Zstd},
           Case{"br, deflate", Coding::Identity},
           Case{"*", Coding::Zstd},
           Case{"*, zstd;q=0", Coding::Gzip},
           Case{"*;q=0", Coding::Identity},
           Case{"gzip;q=0", Coding::Identity},
           Case{"gzip;q=0.000", Coding::Identity},
           Case{"identity", Coding::Identity},
           Case{"identity;q=0.5, gzip;q=0.4", Coding::Identity},
           Case{"identity;q=0.5, gzip;q=0.5", Coding::Gzip},
           Case{"identity;q=0, gzip;q=0.001", Coding::Gzip},
           Case{"identity;q=0", Coding::Identity},  // nothing else is asked for
           Case{"gzip;q=2", Coding::Identity},
           Case{"gzip;q=", Coding::Identity},
           Case{"gzip;q=-1", Coding::Identity},
           Case{"gzip;q=0.5x", Coding::Identity},
           Case{"gzip;level=9", Coding::Gzip},
           Case{",,;;q=,gzip", Coding::Gzip},
       }) {
    EXPECT_EQ(coding_for(asking(each.accept)), each.coding) << each.accept;
  }
  HttpRequest twice = asking("br");
  twice.fields.push_back({"Accept-Encoding", "gzip"});
  EXPECT_EQ(coding_for(twice), Coding::Gzip);
  EXPECT_EQ(coding_for(HttpRequest{}), Coding::Identity);
}

TEST(Compression, BodiesComeBackAsTheyWere) {
  std::mt19937 random(11);
  for (const std::string coding : {"gzip", "zstd"}) {
    for (const std::size_t size : {1'024U, 5'000U, 70'000U, 3'000'000U}) {
      std::string body = lines(size);
      for (std::size_t i = 0; i < size / 50; ++i) {  // and something to chew on
        body[random() % body.size()] = static_cast<char>(random());
      }
      HttpRequest request = asking(coding);
      HttpReply reply = text_reply(body);
      ContentCoding(request).apply(reply);
      EXPECT_EQ(field_of(reply, "Content-Encoding"), coding);
      EXPECT_EQ(field_of(reply, "Vary"), "Accept-Encoding");
      EXPECT_LT(reply.body.size(), body.size());
      bool ended = false;
      EXPECT_EQ(plain(coding, reply.body, &ended), body);
      EXPECT_TRUE(ended);
    }
  }
}

TEST(Compression, SomeRepliesStayAsTheyAre) {
  const auto encoding = [](HttpReply reply) {
    HttpRequest request = asking("gzip");
    const std::string body = reply.body;
    ContentCoding(request).apply(reply);
    const std::string found = field_of(reply, "Content-Encoding");
    EXPECT_TRUE(!found.empty() || reply.body == body);
    return found;
  };
  const std::string body(5'000, 'x');
  const auto typed = [&](const std::string& type) {
    HttpReply reply;
    reply.set("Content-Type", type);
    reply.body = body;
    return reply;
  };
  EXPECT_EQ(encoding(text_reply(std::string(1'023, 'x'))), "");
  EXPECT_EQ(encoding(text_reply(std::string(1'024, 'x'))), "gzip");
  for (const char* type : {"application/json", "Application/JSON; charset=utf-8", "text/csv",
                           "text/html; charset=utf-8", "application/problem+json",
                           "application/x-ndjson", "text/javascript", "image/svg+xml"}) {
    EXPECT_EQ(encoding(typed(type)), "gzip") << type;
  }
  for (const char* type : {"application/vnd.roaring", "application/octet-stream", "image/png",
                           "text/event-stream", ""}) {
    EXPECT_EQ(encoding(typed(type)), "") << type;
  }
  HttpReply done = typed("text/csv");
  done.set("Content-Encoding", "br");
  EXPECT_EQ(encoding(done), "br");
  HttpReply none = typed("text/csv");
  none.status = 204;
  EXPECT_EQ(encoding(none), "");
  std::string noise(2'000, ' ');
  std::mt19937 random(3);
  for (char& c : noise) {
    c = static_cast<char>(random());
  }
  EXPECT_EQ(encoding(text_reply(noise)), "");  // would have grown
  // Even uncompressed: caches must not give it to others.
  HttpRequest identity = asking("br");
  HttpReply large = text_reply(body);
  ContentCoding(identity).apply(large);
  EXPECT_EQ(field_of(large, "Vary"), "Accept-Encoding");
  EXPECT_EQ(large.body, body);
}

TEST(Compression, StreamsCanBeReadWhileTheyCome) {
  for (const std::string coding : {"gzip", "zstd"}) {
    HttpRequest request = asking(coding);
    HttpReply reply;
    reply.set("Content-Type", "application/x-ndjson");
    const std::string text = lines(600'000);
    std::string given;
    std::string received;
    reply.stream = [&](const BodySink& sink) {
      std::size_t size = 1;
      for (std::size_t at = 0; at < text.size(); at += size, size = size * 3 % 4'099 + 1) {
        given += text.substr(at, size);
        if (!sink(text.substr(at, size))) {
          return;
        }
        // The client has all but the last block, and the first piece at once.
        EXPECT_LE(given.size() - plain(coding, received).size(), ContentCoding::kFlushBytes);
        if (at == 0) {
          EXPECT_EQ(plain(coding, received), given);
        }
        if (given.size() > 100'000) {
          sink(text.substr(at + size));
          given = text;
          return;
        }
      }
    };
    ContentCoding(request).apply(reply);
    EXPECT_EQ(field_of(reply, "Content-Encoding"), coding);
    std::size_t pieces = 0;
    reply.stream([&](std::string_view piece) {
      EXPECT_FALSE(piece.empty());
      received += piece;
      ++pieces;
      return true;
    });
    bool ended = false;
    EXPECT_EQ(plain(coding, received, &ended), text);
    EXPECT_TRUE(ended);
    EXPECT_LT(received.size(), text.size() / 2);
    EXPECT_LT(pieces, 20U);
  }
}

TEST(Compression, AnEmptyStreamIsAWholeOne) {
  for (const std::string coding : {"gzip", "zstd"}) {
    HttpRequest request = asking(coding);
    HttpReply reply;
    reply.set("Content-Type", "text/csv");
    reply.stream = [](const BodySink&) {};
    ContentCoding(request).apply(reply);
    std::string received;
    reply.stream([&](std::string_view piece) {
      received += piece;
      return true;
    });
    bool ended = false;
    EXPECT_EQ(plain(coding, received, &ended), "");
    EXPECT_TRUE(ended) << coding;
  }
}

TEST(Compression, AStreamEndsWhenTheClientHasGone) {
  HttpRequest request = asking("gzip");
  HttpReply reply;
  reply.set("Content-Type", "text/csv");
  int asked = 0;
  reply.stream = [&](const BodySink& sink) {
    while (asked < 1'000 && sink(std::string(40'000, 'x'))) {
      ++asked;
    }
  };
  ContentCoding(request).apply(reply);
  int taken = 0;
  reply.stream([&](std::string_view) { return ++taken < 3; });
  EXPECT_EQ(taken, 3);
  EXPECT_LT(asked, 4);
}

TEST(Compression, TagsNameTheBytes) {
  const auto tag = [](const std::string& accept, const std::string& etag) {
    HttpRequest request = asking(accept);
    HttpReply reply = text_reply(std::string(5'000, 'x'));
    reply.set("ETag", etag);
    ContentCoding(request).apply(reply);
    return field_of(reply, "ETag");
  };
  EXPECT_EQ(tag("gzip", "\"v7\""), "\"v7-gz\"");
  EXPECT_EQ(tag("zstd", "\"v7\""), "\"v7-zstd\"");
  EXPECT_EQ(tag("br", "\"v7\""), "\"v7\"");
  EXPECT_EQ(tag("gzip", "W/\"v7\""), "W/\"v7\"");
}

TEST(Compression, TagsComeBackAsTheHandlerGaveThem) {
  HttpRequest request = asking("gzip");
  request.fields.push_back({"If-None-Match", R"("v6-zstd", W/"v5", "v7-gz","v8")"});
  request.fields.push_back({"If-Match", R"("v7-gz")"});
  const ContentCoding coding(request);
  EXPECT_EQ(request.field("If-None-Match"), R"("v6", W/"v5", "v7","v8")");
  EXPECT_EQ(request.field("If-Match"), R"("v7")");
  // What the client has is named as it knows it.
  const auto unchanged = [&](const std::string& etag) {
    HttpReply reply;
    reply.status = 304;
    reply.set("ETag", etag);
    coding.apply(reply);
    EXPECT_EQ(field_of(reply, "Content-Encoding"), "");
    return field_of(reply, "ETag");
  };
  EXPECT_EQ(unchanged("\"v6\""), "\"v6-zstd\"");
  EXPECT_EQ(unchanged("\"v7\""), "\"v7-gz\"");
  EXPECT_EQ(unchanged("\"v8\""), "\"v8\"");
}

}  // namespace
}  // namespace tagline::server
