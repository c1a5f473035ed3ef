#include "server/http/connection.h"

#include <algorithm>
#include <cstring>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>

namespace tagline::server {

Connection::Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<Context> context)
    : tcp_(std::move(socket)), context_(std::move(context)) {
  if (context_ != nullptr) {
    tls_.emplace(tcp_, *context_);
  }
}

void Connection::async_handshake(Ended ended) {
  tls_->async_handshake(boost::asio::ssl::stream_base::server, std::move(ended));
}

void Connection::async_handshake_with(const std::string& host, Ended ended) {
  // What an address has for a name is of no use to the server (RFC 6066, 3).
  boost::system::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  if (no_address) {
    // The macro for this casts as C does.
    SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));
  }
  tls_->set_verify_mode(boost::asio::ssl::verify_peer);
  tls_->set_verify_callback(boost::asio::ssl::host_name_verification(host));
  tls_->async_handshake(boost::asio::ssl::stream_base::client, std::move(ended));
}

void Connection::async_shutdown(Ended ended) {
  tls_->async_shutdown(std::move(ended));
}

void Connection::read_some(boost::asio::mutable_buffer room, Moved moved) {
  if (tls_.has_value()) {
    tls_->async_read_some(room, std::move(moved));
  } else {
    tcp_.async_read_some(room, std::move(moved));
  }
}

void Connection::write_some(boost::asio::const_buffer bytes, Moved moved) {
  if (tls_.has_value()) {
    tls_->async_write_some(bytes, std::move(moved));
  } else {
    tcp_.async_write_some(bytes, std::move(moved));
  }
}

std::size_t Connection::flatten(boost::asio::const_buffer bytes, std::size_t used) {
  flat_.resize(kFlatBytes);
  const std::size_t size = std::min(bytes.size(), kFlatBytes - used);
  std::memcpy(flat_.data() + used, bytes.data(), size);
  return size;
}

}  // namespace tagline::server
