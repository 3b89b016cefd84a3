#!/bin/sh
# Makes the certificates of the tests' TLS servers, valid for a hundred years but one. Nothing outside of the tests
# trusts them. It needs OpenSSL 3.
set -eu
cd "$(dirname "$0")"

leaf() { # name, first day, last day, names
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  printf '%s\n' "subjectAltName=$4" 'extendedKeyUsage=serverAuth' >"$1.ext"
  printf '%s\n' '[ca]' 'default_ca=this' '[this]' 'database=index.txt' 'serial=serial' 'new_certs_dir=.' \
    'default_md=sha256' 'policy=any' 'unique_subject=no' '[any]' 'commonName=supplied' >ca.conf
  : >index.txt
  openssl rand -hex 8 >serial
  openssl ca -batch -config ca.conf -cert ca.pem -keyfile ca.key -in "$1.csr" -out "$1.pem" -notext \
    -startdate "$2" -enddate "$3" -extfile "$1.ext" 2>/dev/null
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj '/CN=hackle-import test CA' \
  -keyout ca.key -out ca.pem 2>/dev/null
leaf server 20230101000000Z 21230101000000Z 'DNS:localhost,IP:127.0.0.1'
leaf expired 20230101000000Z 20230201000000Z 'DNS:localhost,IP:127.0.0.1'
leaf other 20230101000000Z 21230101000000Z 'DNS:storage.example.com'
# The CA signs nothing else.
rm -f ca.key ca.conf ./*.csr ./*.ext index.txt* serial* [0-9A-F]*.pem
