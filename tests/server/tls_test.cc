// TLS over real sockets on loopback, with certificates made here.
#include "server/http/http_client.h"
#include "server/http/http_server.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <gtest/gtest.h>

namespace tagline::server {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

template <class T, void (*release)(T*)>
struct Released {
  void operator()(T* what) const { release(what); }
};
using Key = std::unique_ptr<EVP_PKEY, Released<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Released<X509, X509_free>>;

/// Writes a key and a certificate of it for localhost, signed by itself.
void write_certificate(const std::string& certificate_file, const std::string& key_file,
                       long serial) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_set_version(certificate.get(), 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key.get());
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) {
    throw std::runtime_error("no signature");
  }
  const auto write = [](const std::string& path, const auto& fn) {
    std::FILE* file = std::fopen((path + ".new").c_str(), "w");
    fn(file);
    std::fclose(file);
    std::filesystem::rename(path + ".new", path);
  };
  write(certificate_file, [&](std::FILE* file) { PEM_write_X509(file, certificate.get()); });
  write(key_file, [&](std::FILE* file) {
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

class TlsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    write_certificate(certificate_, key_, 1);
    options_.port = 0;
    options_.tls_certificate = certificate_;
    options_.tls_key = key_;
  }
  void TearDown() override {
    if (server_ != nullptr) {
      server_->stop();
      thread_.join();
    }
    std::filesystem::remove_all(folder_);
  }

  void start() {
    HttpHandlers handlers;
    handlers.answer = [](const HttpRequest& request, engine::Budget&) {
      HttpReply reply;
      if (request.target == "/stream") {
        reply.stream = [](const BodySink& sink) {
          const std::string piece(100'000, 'x');
          for (int i = 0; i < 20 && sink(piece); ++i) {
          }
        };
      } else {
        reply.body = request.target + " " + std::to_string(request.body.size());
      }
      return reply;
    };
    handlers.refuse = [](const HttpRequest&, unsigned status) {
      HttpReply reply;
      reply.status = status;
      return reply;
    };
    handlers.report = [this](const Error& error) { reports_.push_back(error.message().en); };
    handlers.hung_up = [this] { hung_up_.set_value(); };
    auto made = HttpServer::listen(options_, std::move(handlers));
    ASSERT_TRUE(made.has_value()) << made.error().message().en;
    server_ = std::move(*made);
    thread_ = std::thread([this] { server_->run(); });
  }
  /// Has the server look at the files, and waits until it was told to.
  void hang_up() {
    hung_up_ = {};
    auto told = hung_up_.get_future();
    server_->hang_up();
    told.wait();
  }
  [[nodiscard]] Tcp::endpoint endpoint() const {
    return {asio::ip::address_v4::loopback(), server_->port()};
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tagline_tls_" + std::to_string(getpid()));
  const std::string certificate_ = (folder_ / "cert.pem").string();
  const std::string key_ = (folder_ / "key.pem").string();
  HttpOptions options_;
  std::vector<std::string> reports_;
  std::promise<void> hung_up_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

/// A client; `fault` says why there is no connection.
class Client {
 public:
  explicit Client(const Tcp::endpoint& endpoint, int newest = 0,
                  const std::string& protocols = "\x02h2\x08http/1.1")
      : stream_(io_, context_) {
    SSL* const raw = stream_.native_handle();
    SSL_set_security_level(raw, 0);
    SSL_set_max_proto_version(raw, newest);
    SSL_set_alpn_protos(raw, reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
    stream_.next_layer().connect(endpoint);
    stream_.handshake(asio::ssl::stream_base::client, fault);
  }
  /// What comes, until `answer` is there.
  std::string ask(const std::string& request, const std::string& answer) {
    boost::system::error_code ended;
    asio::write(stream_, asio::buffer(request), ended);
    return read_until(answer);
  }
  std::string read_until(const std::string& text) {
    boost::system::error_code ended;
    std::string read;
    std::array<char, 16384> bytes{};
    while (!ended && read.find(text) == std::string::npos) {
      read.append(bytes.data(), stream_.read_some(asio::buffer(bytes), ended));
    }
    end = ended;
    return read;
  }
  [[nodiscard]] long serial() {
    const Certificate certificate(SSL_get1_peer_certificate(stream_.native_handle()));
    return ASN1_INTEGER_get(X509_get0_serialNumber(certificate.get()));
  }
  [[nodiscard]] std::string protocol() {
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(stream_.native_handle(), &chosen, &size);
    return {reinterpret_cast<const char*>(chosen), size};
  }

  boost::system::error_code fault;
  boost::system::error_code end;

 private:
  asio::io_context io_;
  asio::ssl::context context_{asio::ssl::context::tls_client};
  asio::ssl::stream<Tcp::socket> stream_;
};

std::string read_plain(Tcp::socket& socket) {
  boost::system::error_code ended;
  std::string read;
  asio::read(socket, asio::dynamic_buffer(read), ended);
  return read;
}

TEST_F(TlsTest, RequestsAreAnsweredOneAfterTheOther) {
  start();
  for (const int newest : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Client client(endpoint(), newest);
    ASSERT_FALSE(client.fault) << client.fault.message();
    EXPECT_EQ(client.protocol(), "http/1.1");
    const auto answers = [&](const std::string& request, const std::string& answer) {
      return client.ask(request, answer).find(answer) != std::string::npos;
    };
    EXPECT_TRUE(answers("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "/a 0"));
    EXPECT_TRUE(answers(
        "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + std::string(300'000, 'b'),
        "/b 300000"));
    EXPECT_TRUE(answers("GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "/c 0"));
    client.read_until("never");
    EXPECT_EQ(client.end, asio::error::eof) << "ended as TLS ends, not cut off";
  }
}

TEST_F(TlsTest, StreamsComeWhole) {
  start();
  Client client(endpoint());
  client.ask("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n");
  EXPECT_GT(client.read_until("0\r\n\r\n").size(), 1'800'000U);
  EXPECT_NE(client.ask("GET /after HTTP/1.1\r\nHost: x\r\n\r\n", "/after").find("/after"),
            std::string::npos);
}

TEST_F(TlsTest, OldProtocolsAndOtherOnesAreRefused) {
  start();
  EXPECT_TRUE(Client(endpoint(), TLS1_1_VERSION).fault);
  EXPECT_TRUE(Client(endpoint(), 0, "\x02h2").fault);
  EXPECT_FALSE(Client(endpoint(), 0, "\x08http/1.1").fault);
}

TEST_F(TlsTest, WhoSpeaksPlainTextIsDropped) {
  start();
  asio::io_context io;
  Tcp::socket socket(io);
  socket.connect(endpoint());
  asio::write(socket, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
  EXPECT_EQ(read_plain(socket).find("HTTP/1.1 200"), std::string::npos);
}

TEST_F(TlsTest, AHandshakeThatDoesNotComeEndsTheConnection) {
  options_.limits.handshake_time = std::chrono::milliseconds(30);
  start();
  asio::io_context io;
  Tcp::socket silent(io);
  silent.connect(endpoint());
  EXPECT_EQ(read_plain(silent), "");
}

TEST_F(TlsTest, TheServerStopsDuringHandshakes) {
  start();
  asio::io_context io;
  Tcp::socket silent(io);
  silent.connect(endpoint());
  while (server_->figures().connections == 0) {
    std::this_thread::yield();
  }
  server_->stop();
  EXPECT_EQ(read_plain(silent), "");
}

TEST_F(TlsTest, NewCertificatesAreTakenAndBrokenOnesAreNot) {
  start();
  Client before(endpoint());
  EXPECT_EQ(before.serial(), 1);
  write_certificate(certificate_, key_, 2);
  hang_up();
  EXPECT_EQ(Client(endpoint()).serial(), 2);
  EXPECT_NE(before.ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "/a 0").find("/a 0"),
            std::string::npos);

  std::ofstream(certificate_) << "no certificate";
  hang_up();
  EXPECT_EQ(Client(endpoint()).serial(), 2);
  // A certificate whose key has not come yet.
  write_certificate(certificate_, (folder_ / "other.pem").string(), 3);
  hang_up();
  EXPECT_EQ(Client(endpoint()).serial(), 2);
  std::filesystem::rename(folder_ / "other.pem", key_);
  hang_up();
  EXPECT_EQ(Client(endpoint()).serial(), 3);
  server_->stop();
  thread_.join();
  server_.reset();
  ASSERT_EQ(reports_.size(), 2U);
  EXPECT_NE(reports_[0].find(certificate_), std::string::npos);
  EXPECT_NE(reports_[1].find(key_), std::string::npos);
}

TEST_F(TlsTest, AtTheStartFilesHaveToBeFine) {
  for (const auto& [certificate, key] :
       {std::pair(folder_ / "none", std::filesystem::path(key_)),
        {std::filesystem::path(certificate_), folder_ / "none"},
        {std::filesystem::path(key_), std::filesystem::path(key_)}}) {
    options_.tls_certificate = certificate.string();
    options_.tls_key = key.string();
    const auto refused = HttpServer::listen(options_, {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code(), ErrorCode::BadInput);
    EXPECT_NE(refused.error().hint().en.find("--tls-cert"), std::string::npos);
  }
}

TEST_F(TlsTest, OurClientTakesACertificateItTrustsForTheNameItAskedFor) {
  start();
  const std::string port = std::to_string(server_->port());
  const auto ask = [&](const std::string& host) {
    ClientRequest request;
    request.method = "GET";
    request.target = "/hello";
    return HttpClient::make("https://" + host + ":" + port, "").value()->send(request);
  };
  const auto unknown = ask("localhost");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code(), ErrorCode::System);
  ::setenv("SSL_CERT_FILE", certificate_.c_str(), 1);
  const auto trusted = ask("localhost");
  const auto other_name = ask("127.0.0.1");
  ::unsetenv("SSL_CERT_FILE");
  ASSERT_TRUE(trusted.has_value()) << trusted.error().message().en;
  EXPECT_EQ(trusted->body, "/hello 0");
  EXPECT_FALSE(other_name.has_value());
}

}  // namespace
}  // namespace tagline::server
