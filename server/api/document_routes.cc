#include "server/api/documents.h"
#include "server/api/route_groups.h"

#include <string>
#include <utility>

namespace tagline::server {
namespace {

HttpReply document(const char* type, std::string body) {
  HttpReply reply;
  reply.set("Content-Type", type);
  // They change with the program only.
  reply.set("Cache-Control", "max-age=300");
  reply.body = std::move(body);
  return reply;
}

HttpReply openapi(const Call& /*call*/) {
  return document("application/json", openapi_document());
}

// Who opens the server's address finds what it answers.
HttpReply root(const Call& /*call*/) {
  constexpr unsigned kSeeOther = 303;
  HttpReply reply;
  reply.status = kSeeOther;
  reply.set("Location", "/docs");
  return reply;
}

HttpReply docs(const Call& /*call*/) {
  HttpReply reply = document("text/html; charset=utf-8", std::string(docs_page()));
  reply.set("Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  return reply;
}

}  // namespace

std::vector<Route> document_routes() {
  return {
      express(keeping_floor({"GET", "/", {}, Role::Viewer, root, Audited::No, Entrance::Open})),
      express(keeping_floor(
          {"GET", "/openapi.json", {}, Role::Viewer, openapi, Audited::No, Entrance::Open})),
      express(keeping_floor({"GET", "/docs", {}, Role::Viewer, docs, Audited::No, Entrance::Open})),
  };
}

}  // namespace tagline::server
