#!/bin/bash
# A real S3 server, in memory: one Ceph monitor, one OSD, one RADOS Gateway, all on 127.0.0.1.
# usage: rgw.sh DIR [PORT]; writes the process ids to DIR/pids and prints "ready"
set -e
D=${1:?dir}; PORT=${2:-17480}
rm -rf "$D"; mkdir -p "$D"/{mon,osd,run,log,rgw}
FSID=$(cat /proc/sys/kernel/random/uuid)
cat > $D/ceph.conf <<C
[global]
fsid = $FSID
mon initial members = a
mon host = [v2:127.0.0.1:13300,v1:127.0.0.1:16789]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon max pg per osd = 1000
mon allow pool size one = true
mon data avail crit = 0
mon data avail warn = 0
run dir = $D/run
pid file = $D/run/\$name.pid
admin socket = $D/run/\$name.asok
log file = $D/log/\$name.log
keyring = $D/keyring
debug ms = 0
[mon]
mon data = $D/mon
mon cluster log file = $D/log/cluster.log
mon osd full ratio = 0.99
mon osd backfillfull ratio = 0.985
mon osd nearfull ratio = 0.98
[osd]
osd data = $D/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd op num shards = 1
osd op num threads per shard = 2
osd class load list = *
osd class default list = *
[client]
rgw frontends = beast endpoint=127.0.0.1:$PORT
rgw thread pool size = 32
ms mon client mode = crc secure
rgw data = $D/rgw
rgw enable usage log = false
rgw gc max objs = 1
rgw lc max objs = 1
rgw num control oids = 1
rgw usage max user shards = 1
rgw override bucket index max shards = 1
rgw crypt require ssl = false
rgw dns name =
C
touch $D/keyring
export CEPH_CONF=$D/ceph.conf
monmaptool --create --fsid $FSID --addv a '[v2:127.0.0.1:13300,v1:127.0.0.1:16789]' $D/monmap >/dev/null
ceph-mon --mkfs -i a --monmap $D/monmap -c $D/ceph.conf
ceph-mon -f -i a -c $D/ceph.conf >$D/log/mon.out 2>&1 & echo $! >>$D/pids
until timeout 5 ceph -c $D/ceph.conf mon stat >/dev/null 2>&1; do sleep 0.2; done
ceph -c $D/ceph.conf osd create >/dev/null
ceph-osd -i 0 --mkfs -c $D/ceph.conf >$D/log/osd-mkfs.out 2>&1
ceph-osd -f -i 0 -c $D/ceph.conf >$D/log/osd.out 2>&1 & echo $! >>$D/pids
until ceph -c $D/ceph.conf osd stat 2>/dev/null | grep -q '1 up'; do sleep 0.2; done
radosgw-admin -c $D/ceph.conf user create --uid=owner --display-name=Owner --access-key=OWNERKEY --secret-key=ownersecret >$D/log/user.out 2>&1
radosgw-admin -c $D/ceph.conf user create --uid=tool --display-name=Tool --access-key=TOOLKEY --secret-key=toolsecret >>$D/log/user.out 2>&1
radosgw -f -n client.rgw -c $D/ceph.conf >$D/log/rgw.out 2>&1 & echo $! >>$D/pids
for i in $(seq 300); do curl -s -o /dev/null http://127.0.0.1:$PORT/ && break; sleep 0.1; done
echo ready
