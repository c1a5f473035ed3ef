#include "cli/service_notice.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace tagline::cli {

void service_notice(std::string_view state) {
  const char* named = std::getenv("NOTIFY_SOCKET");
  const std::string_view path(named == nullptr ? "" : named);
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return;
  }
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  if (path.front() == '@') {  // an abstract one
    address.sun_path[0] = '\0';
  }
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) {
    return;
  }
  const auto size = static_cast<::socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  // A service manager that does not listen is no reason not to serve.
  static_cast<void>(::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), size));
  ::close(socket);
}

}  // namespace tagline::cli
