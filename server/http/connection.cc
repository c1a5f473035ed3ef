#include "server/http/connection.h"

#include <algorithm>
#include <cstring>

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
