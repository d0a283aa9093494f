"""
A registry's member: Patroni, with five things that Patroni 4.0 has no setting for. It takes Patroni's arguments.

- Only a client that shows a certificate of the name in EMBASSY_MEMBERS may change anything through its API, and one of the name in
  EMBASSY_LEASE_AGENT what lease agents have to. Patroni itself accepts any certificate that the authority has issued:
  https://patroni.readthedocs.io/en/latest/rest_api.html
- It does not start beside a database of another major version of Postgres. Patroni would see no database, and wait for a copy, or make an
  empty one.
- It takes over a database that another release's user has left, because Postgres opens only folders of its own user.
- It begins again where it was killed while its database was being made (unfinished.py).
- It measures its disk, and what waits there for somebody (metrics.py).

Nothing but our own parts is imported before it is needed, because the process that starts Postgres reads this file again.
"""
import os
import sys

from metrics import measure
from unfinished import keep_marked, start_over, sync

# What a lease agent asks of its members, with the path behind the method, as Patroni puts it.
OF_LEASE_AGENT = ('POST_reinitialize',)


def is_member(certificate, name, now):
    """
    Whether a certificate, as ssl.SSLSocket.getpeercert() returns it, has that common name and is in force at `now`, in seconds since 1970.
    TLS does not check a resumed session again, so that it would outlive the certificate that opened it.
    """
    import ssl
    if not certificate:
        return False
    names = [value for part in certificate['subject'] for key, value in part if key == 'commonName']
    begin, end = (ssl.cert_time_to_seconds(certificate[key]) for key in ('notBefore', 'notAfter'))
    return names == [name] and begin <= now < end


def admit(members, lease_agent):
    """
    Makes Patroni's API refuse every request that could change something and comes neither from a member, nor from a lease agent that has to
    make it, before Patroni looks at it: of some, such as POST /mpp, Patroni asks nothing at all.
    """
    import time
    from patroni.api import RestApiHandler
    inherited = RestApiHandler.parse_request

    def parse_request(self):
        if not inherited(self):
            return False
        # Patroni has put the path behind the method by now.
        if self.command.split('_')[0] in ('GET', 'HEAD', 'OPTIONS'):
            return True
        shown = getattr(self.request, 'getpeercert', lambda: None)()
        admitted = [members] + ([lease_agent] if self.command in OF_LEASE_AGENT else [])
        if any(is_member(shown, name, time.time()) for name in admitted):
            return True
        self.close_connection = True
        self.write_response(403, 'lets {0} do this, and nobody else'.format(' or '.join(admitted)))
        return False

    RestApiHandler.parse_request = parse_request


def refuse_another_version(data):
    """
    Ends the program where a database of another major version is beside the folder `data`, `<home>/<version>/data`, and none is in it. One
    that was upgraded keeps the former as a way back.
    """
    home, own = os.path.split(os.path.dirname(data))
    if any(os.path.exists(os.path.join(data + end, 'PG_VERSION')) for end in ('', '.former')) or not os.path.isdir(home):
        return
    others = [name for name in sorted(os.listdir(home))
              if name.isdigit() and name != own and os.path.isdir(os.path.join(home, name, 'data'))]
    if others:
        sys.exit(
            'The disk holds data of Postgres {0}, this release runs {1}, which cannot open it: nothing was changed. Go back to the release '
            'that made it, or see "Postgres" in docs/upgrade.md.'.format(' and '.join(others), own))


def take_over(data):
    """
    Makes the folder `data` this user's, where it is another's. The kubelet has given this user's group access to everything in it, because
    the volume's group has changed, but Postgres requires that the folder itself is its own. Its content moves into a new folder by
    renaming alone, so that a run that was interrupted goes on where it was.
    """
    former = data + '.former'
    if not os.path.isdir(former):
        if not os.path.isdir(data) or os.stat(data).st_uid == os.geteuid():
            return
        os.rename(data, former)
    os.makedirs(data, mode=0o700, exist_ok=True)
    for name in os.listdir(former):
        os.rename(os.path.join(former, name), os.path.join(data, name))
    for folder in (data, former):
        sync(folder)
    os.rmdir(former)


def main():
    data = os.environ['EMBASSY_DATA']
    refuse_another_version(data)
    take_over(data)
    start_over(data)
    keep_marked(data)
    measure(os.environ['EMBASSY_DISK'])
    admit(os.environ['EMBASSY_MEMBERS'], os.environ['EMBASSY_LEASE_AGENT'])
    from patroni.__main__ import main as patroni
    return patroni()


if __name__ == '__main__':
    sys.exit(main())
