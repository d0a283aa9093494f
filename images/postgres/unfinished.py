"""
Lets a registry's member begin again where it was killed while its database was being made, or where its word that it makes one was taken,
and the answer came too late. Patroni 4.0 does neither:

- It starts with whatever is in the folder. Without a valid `pg_control` it asks for a person ("consider doing reinitialize") for ever, and a
  cluster without its roles it takes for a whole one. So a mark lies beside the folder for as long as the database is made, and what is
  found beside a mark is removed before Patroni starts.
- Its note in the cluster's ConfigMap that the database is being made (`initialize`) names nobody, so that nobody may take it back, and all
  members wait for a leader for ever. So the note is the member's name, and the member takes back a note of its own that it does nothing
  for. https://github.com/patroni/patroni/blob/v4.0.7/patroni/ha.py (`bootstrap`)
"""
import os


def mark_of(data):
    return data + '.unfinished'


def sync(folder):
    """Waits until what was made, renamed or removed in the folder outlasts a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def put_mark(data):
    home = os.path.dirname(data)
    os.makedirs(home, exist_ok=True)
    open(mark_of(data), 'w').close()
    sync(home)


def remove_mark(data):
    if os.path.exists(mark_of(data)):
        os.remove(mark_of(data))
        sync(os.path.dirname(data))


def start_over(data):
    """Removes the folder `data` and its mark, where there is one."""
    if not os.path.exists(mark_of(data)):
        return
    import shutil
    print('this member ended while its database was being made: it begins again', flush=True)
    if os.path.isdir(data):
        shutil.rmtree(data)
    remove_mark(data)


def keep_marked(data):
    """Has Patroni keep the mark, and write and take back the note."""
    from patroni.dcs.kubernetes import Kubernetes
    from patroni.ha import Ha
    from patroni.postgresql.bootstrap import Bootstrap
    make, copy, note, begin = Bootstrap.bootstrap, Bootstrap.clone, Kubernetes.initialize, Ha.bootstrap

    def marked_make(self, config):
        put_mark(data)
        return make(self, config)

    def marked_copy(self, member):
        put_mark(data)
        if not copy(self, member):
            return False
        try:
            remove_mark(data)
        except OSError as error:
            # A copy that is used beside its mark would be removed at the next start.
            print('a copy is not used, because its mark cannot be removed: {0}'.format(error), flush=True)
            return False
        return True

    def named_note(self, create_new=True, sysid=''):
        # The identifier is noted once the database is whole, and before anybody may write to it.
        if sysid:
            remove_mark(data)
        return note(self, create_new, sysid or self._name)

    def begin_again(self):
        # Patroni comes here with an empty folder, and while it makes nothing.
        if self.cluster.is_unlocked() and self.cluster.initialize == self.state_handler.name:
            self.dcs.cancel_initialization()
            return 'took back the note that this member makes the database, because it does not'
        return begin(self)

    Bootstrap.bootstrap, Bootstrap.clone = marked_make, marked_copy
    Kubernetes.initialize, Ha.bootstrap = named_note, begin_again
