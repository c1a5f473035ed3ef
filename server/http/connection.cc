#include "server/http/connection.h"

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

void Connection::read_some(const Few<boost::asio::mutable_buffer>& buffers, Moved moved) {
  if (tls_.has_value()) {
    tls_->async_read_some(buffers, std::move(moved));
  } else {
    tcp_.async_read_some(buffers, std::move(moved));
  }
}

void Connection::write_some(const Few<boost::asio::const_buffer>& buffers, Moved moved) {
  if (tls_.has_value()) {
    tls_->async_write_some(buffers, std::move(moved));
  } else {
    tcp_.async_write_some(buffers, std::move(moved));
  }
}

}  // namespace tagline::server
