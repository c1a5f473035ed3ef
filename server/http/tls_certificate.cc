#include "server/http/tls_certificate.h"

#include <openssl/ssl.h>
#include <string_view>
#include <sys/stat.h>
#include <utility>

namespace tagline::server {
namespace {

namespace ssl = boost::asio::ssl;

constexpr std::chrono::seconds kLookTime{1};
// Of TLS 1.2; those of 1.3 are all fine.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view kHttp11 = "\x08http/1.1";

tl::unexpected<Error> unusable(const std::string& file, const std::string& cause) {
  return failure(
      ErrorCode::BadInput,
      {"the certificate cannot be used: " + file + ": " + cause,
       "证书无法使用：" + file + "：" + cause},
      {"--tls-cert is a PEM file of the certificate and its chain, --tls-key one of its "
       "private key, without a passphrase",
       "--tls-cert 应为证书及其证书链的 PEM 文件，--tls-key 应为其私钥的 PEM 文件，且不带密码"});
}

// Of what the client offers. One that cannot speak HTTP/1.1 is told so at once.
int choose_protocol(SSL* /*connection*/, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void* /*unused*/) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(kHttp11.data()),
                            static_cast<unsigned>(kHttp11.size()), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TlsCertificate::TlsCertificate(std::string certificate, std::string key, Report report)
    : certificate_(std::move(certificate)),
      key_(std::move(key)),
      report_(std::move(report)),
      looked_(Clock::now()),
      stamps_(stamps()) {}

Result<std::unique_ptr<TlsCertificate>> TlsCertificate::open(const std::string& certificate,
                                                             const std::string& key,
                                                             Report report) {
  std::unique_ptr<TlsCertificate> tls(new TlsCertificate(certificate, key, std::move(report)));
  TAGLINE_ASSIGN_OR_RETURN(tls->current_, tls->load());
  return tls;
}

TlsCertificate::Stamps TlsCertificate::stamps() const {
  Stamps stamps;
  for (std::size_t i = 0; i < stamps.size(); ++i) {
    struct stat file {};
    if (::stat((i == 0 ? certificate_ : key_).c_str(), &file) == 0) {
      stamps[i] = {file.st_ino, file.st_size, file.st_ctim.tv_sec, file.st_ctim.tv_nsec};
    }
  }
  return stamps;
}

std::shared_ptr<TlsCertificate::Context> TlsCertificate::current(Clock::time_point now) {
  if (looked_ != Clock::time_point::min() && now - looked_ < kLookTime) {
    return current_;
  }
  looked_ = now;
  if (const Stamps found = stamps(); found != stamps_) {
    stamps_ = found;
    if (auto fresh = load(); fresh.has_value()) {
      current_ = std::move(*fresh);
    } else if (report_) {
      report_(fresh.error());
    }
  }
  return current_;
}

Result<std::shared_ptr<TlsCertificate::Context>> TlsCertificate::load() const {
  auto context = std::make_shared<Context>(Context::tls_server);
  SSL_CTX* const raw = context->native_handle();
  boost::system::error_code problem;
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);  // 34 KB less for a connection that idles
  SSL_CTX_set_cipher_list(raw, kCiphers);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  // Else OpenSSL asks for it on the terminal.
  context->set_password_callback([](std::size_t, Context::password_purpose) { return ""; },
                                 problem);
  context->use_certificate_chain_file(certificate_, problem);
  if (problem) {
    return unusable(certificate_, problem.message());
  }
  context->use_private_key_file(key_, Context::pem, problem);
  if (problem) {
    return unusable(key_, problem.message());
  }
  if (SSL_CTX_check_private_key(raw) != 1) {
    return unusable(key_, "it is not the key of " + certificate_);
  }
  return context;
}

}  // namespace tagline::server
