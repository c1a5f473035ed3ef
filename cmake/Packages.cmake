# What `cmake --install`, `make package` and `make tarball` take. Install rules lay out a prefix; what only one kind of
# package has (the service, libraries beside the program) is added to the staged files by cmake/package/finish.cmake.
include(GNUInstallDirs)

# Beside the program, wherever both are: /usr/lib/tagline of the .deb, lib/tagline of the tarball. The old tag
# (DT_RPATH) counts for the libraries' own libraries, too; the new one does not.
set_target_properties(tagline PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/tagline")
target_link_options(tagline PRIVATE -Wl,--disable-new-dtags -Wl,-z,relro,-z,now)

install(TARGETS tagline RUNTIME COMPONENT program)
install(FILES README.md ARCHITECTURE.md CHANGELOG.md LICENSE
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tagline COMPONENT program)
install(FILES storage/FORMAT.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tagline/storage COMPONENT program)
install(DIRECTORY grammar-docs DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tagline COMPONENT program
  PATTERN "*.mjs" EXCLUDE)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tagline COMPONENT program
  USE_SOURCE_PERMISSIONS)
install(FILES web/client/tagline.js DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tagline/web/client COMPONENT program)
# Made by targets of their own, where those are part of the build.
set(share ${PROJECT_BINARY_DIR}/share)
install(DIRECTORY ${share}/man DESTINATION ${CMAKE_INSTALL_DATADIR} COMPONENT program OPTIONAL PATTERN .written EXCLUDE)
install(FILES ${share}/completions/tagline.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
  RENAME tagline COMPONENT program OPTIONAL)
install(FILES ${share}/completions/_tagline DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions
  COMPONENT program OPTIONAL)
install(FILES ${share}/completions/tagline.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
  COMPONENT program OPTIONAL)

# All that is installed, and nothing else of the build: `make package` builds this.
add_custom_target(package_files DEPENDS tagline)
foreach(made manual completions)
  if(TARGET ${made})
    add_dependencies(package_files ${made})
  endif()
endforeach()

set(TAGLINE_MAINTAINER "The Tagline authors <tagline@localhost>" CACHE STRING "who answers for packages made here")
set(CPACK_PACKAGE_NAME tagline)
set(CPACK_PACKAGE_CONTACT "${TAGLINE_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "exact counts of user segments, from bitmaps")
set(CPACK_PACKAGE_DESCRIPTION "Tagline answers how many users, and who, match an expression such as
age:25-34 AND city:tier1 AND NOT churn_risk, in English or Chinese, exactly and
at once: every tag value is a roaring bitmap in one LMDB file.

The program loads CSV and NDJSON files, answers on the command line, in a
terminal and over HTTP. The service tagline is installed and not started.")
# The component alone: other projects (a CRoaring that was fetched) have install rules of their own.
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};tagline;program;/")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_SOURCE_DIR}/build/packages)
set(CPACK_GENERATOR "DEB;TXZ")
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/package/options.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/package/finish.cmake)
# For those two files.
set(CPACK_TAGLINE_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_TAGLINE_VERSION ${PROJECT_VERSION})
set(CPACK_TAGLINE_PROGRAM ${PROJECT_BINARY_DIR}/cli/tagline)

set(package ${PROJECT_SOURCE_DIR}/cmake/package/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${package}/postinst ${package}/prerm ${package}/postrm ${package}/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ./usr/lib/tagline)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
include(CPack)
