# Run by cpack over the staged files, before they are packed: adds what only this kind of package has.
include(${CPACK_TAGLINE_SOURCE}/cmake/package/version.cmake)
set(package ${CPACK_TAGLINE_SOURCE}/cmake/package)
set(stage ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
if(CPACK_GENERATOR STREQUAL "DEB")
  set(prefix ${stage}/usr)
else()
  set(prefix ${stage})
endif()
set(documents ${prefix}/share/doc/tagline)
if(NOT EXISTS ${prefix}/bin/tagline)
  message(FATAL_ERROR "no program in ${prefix}/bin: the layout of cpack's staging folder is not as expected")
endif()

# The shared libraries the program loads, without the C library's own: those come with the system, and must.
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${CPACK_TAGLINE_PROGRAM}
  RESOLVED_DEPENDENCIES_VAR libraries UNRESOLVED_DEPENDENCIES_VAR missing
  PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv|util)\\.so")
if(missing)
  message(FATAL_ERROR "libraries that are not to be found: ${missing}")
endif()
if(CPACK_GENERATOR STREQUAL "DEB")
  # Debian 12 has all but these: its CRoaring is too old, and isocline came later.
  list(FILTER libraries INCLUDE REGEX "/lib(roaring|isocline)\\.so")
endif()
file(MAKE_DIRECTORY ${prefix}/lib/tagline)
foreach(library ${libraries})
  get_filename_component(name ${library} NAME)
  file(REAL_PATH ${library} real)
  file(COPY_FILE ${real} ${prefix}/lib/tagline/${name})
  file(CHMOD ${prefix}/lib/tagline/${name} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  # Whose it is, and under which terms. Paths in /lib and /usr/lib are the same folder under two names.
  string(REGEX REPLACE "^/usr/" "/" short ${library})
  set(owner "")
  foreach(path ${library} ${short} ${real})
    if(NOT owner)
      execute_process(COMMAND dpkg-query -S ${path} OUTPUT_VARIABLE owner ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    endif()
  endforeach()
  string(REGEX REPLACE "[:,].*" "" owner "${owner}")
  if(NOT owner OR NOT EXISTS /usr/share/doc/${owner}/copyright)
    message(FATAL_ERROR "whose is ${library}? No Debian package with a file of copyrights has it")
  endif()
  file(REAL_PATH /usr/share/doc/${owner}/copyright terms)
  file(COPY_FILE ${terms} ${documents}/${owner}.copyright)
endforeach()

if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()

file(COPY ${package}/tagline.service DESTINATION ${stage}/usr/lib/systemd/system)
file(COPY ${package}/tagline.conf DESTINATION ${stage}/etc/tagline)
file(COPY ${package}/debian/copyright DESTINATION ${documents})
file(REMOVE ${documents}/LICENSE)  # copyright names /usr/share/common-licenses/Apache-2.0
# Those of packages lie elsewhere than those of /usr/local.
if(EXISTS ${prefix}/share/zsh/site-functions)
  file(RENAME ${prefix}/share/zsh/site-functions ${prefix}/share/zsh/vendor-completions)
endif()

string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)  # that of SOURCE_DATE_EPOCH
file(WRITE ${documents}/changelog.Debian "tagline (${package_version}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * What is new in Tagline is in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")
file(RENAME ${documents}/CHANGELOG.md ${documents}/changelog)
# As the policy of Debian wants manuals and lists of changes; -n: without a time, so that the bytes are the same again.
file(GLOB_RECURSE manuals ${prefix}/share/man/*.1)
execute_process(COMMAND gzip -9 -n -f ${documents}/changelog ${documents}/changelog.Debian ${manuals}
  COMMAND_ERROR_IS_FATAL ANY)
