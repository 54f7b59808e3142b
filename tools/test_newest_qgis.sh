#!/usr/bin/env bash
# Run the tests of the plugin in the newest QGIS that Debian packages, in a chroot that is made on the first run.
# Needs root, mmdebstrap, 3 GB of disk and some minutes. Arguments go to pytest. The tests of the checks need no QGIS and are
# left out.
set -euo pipefail
cd "$(dirname "$0")/.."
root=${QGIS_ROOT:-/var/tmp/qgis-newest}
python=${PROXYCLIP_TEST_PYTHON:-$PWD/.venv/bin/python}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
base=$("$python" -c "import sys; print(sys.base_prefix)")
package=$(cd / && "$python" -I -c "import proxyclip_geo as p; print(p.__path__[0])")

if [ ! -x "$root/usr/bin/qgis_process" ]; then
    rm -rf "$root"
    mmdebstrap --variant=apt --aptopt='APT::Install-Recommends "false"' --aptopt='APT::Default-Release "trixie-backports"' \
        --include=ca-certificates,qgis,python3-qgis,python3-venv,libegl1,libgl1,libxkbcommon0,procps trixie "$root" \
        "deb $mirror trixie main" "deb $mirror trixie-backports main"
fi

# A mount namespace of its own: nothing stays mounted, whatever happens.
exec unshare --mount --propagation private bash -euo pipefail -c '
    root=$1 project=$2 base=$3 package=$4 python=$5; shift 5
    venv=$(dirname "$(dirname "$python")")
    for folder in "$project" "$base" "$venv" "$package"; do
        mkdir -p "$root$folder"
        mount --rbind "$folder" "$root$folder"
    done
    for file in /etc/resolv.conf /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
        if [ -e "$file" ]; then cp -L "$file" "$root$file"; fi
    done
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mkdir -p "$root/root"
    exec chroot "$root" env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin QT_QPA_PLATFORM=offscreen \
        QGIS_CUSTOM_CONFIG_PATH=/tmp/profile PROXYCLIP_TEST_PYTHON="$python" bash -euo pipefail -c "
            test -x /opt/tests/bin/python || python3 -m venv --system-site-packages /opt/tests
            /opt/tests/bin/pip install --quiet --requirement \"\$1/qgis_plugin/requirements.txt\"
            rm -rf /tmp/profile
            python3 -c \"from qgis.core import Qgis; print(\\\"QGIS\\\", Qgis.version())\"
            cd \"\$1/qgis_plugin\" && shift && exec /opt/tests/bin/python -m pytest --ignore tests/test_checks.py \"\$@\"
        " bash "$project" "$@"
' bash "$root" "$PWD" "$base" "$package" "$python" "$@"
