"""
Hands the lead over to another member before this one is ended: the kubelet runs it first (preStop), whoever ends the pod, and waits for it.
It takes Patroni's configuration file as its argument.

At SIGTERM Patroni hands over too, but only to a member that is synchronous by then, and one that has just been restarted is not for some
seconds. Nobody would lead until this member was back. Meanwhile this one goes on writing, so that waiting here costs no pause.
https://patroni.readthedocs.io/en/latest/rest_api.html#switchover-and-failover-endpoints
"""
import json
import sys
import time

# Seconds. The rest of the pod's grace period is for Postgres' last checkpoint.
PATIENCE = 45
# Seconds between two tries.
PAUSE = 0.25
# Seconds that Patroni may take to answer: it answers a switchover once that is done, or has failed.
ANSWER = 15


def hand_over(ask, name, now=time.monotonic, sleep=time.sleep):
    """
    Asks Patroni for a switchover until another member leads, and ends the program with Patroni's last words where none does in time. It
    returns at once where this member does not lead, or no other one runs.

    ask: sends a request, (method, path, body) -> (status, text)
    """
    end = now() + PATIENCE
    while ask('GET', 'primary', None)[0] == 200:
        others = [member for member in json.loads(ask('GET', 'cluster', None)[1])['members']
                  if member['name'] != name and member['state'] in ('running', 'streaming')]
        if not others:
            return
        # Patroni chooses, and refuses while no member has every acknowledged commit.
        status, text = ask('POST', 'switchover', {'leader': name})
        if status == 200:
            return
        if now() >= end:
            sys.exit('{0} is ended while it leads, because nobody took over within {1} s: {2}'.format(name, PATIENCE, text))
        sleep(PAUSE)


def main(file):
    from patroni.config import Config
    from patroni.request import PatroniRequest
    from urllib3.exceptions import HTTPError
    # It adds what the member's environment says, and takes that out of the environment.
    config = Config(file)
    patroni = PatroniRequest(config)

    def ask(method, path, body):
        url = 'https://{0}/{1}'.format(config['restapi']['connect_address'], path)
        answer = patroni.request(method, url, body, timeout=ANSWER, retries=False)
        return answer.status, answer.data.decode()

    try:
        hand_over(ask, config['name'])
    except HTTPError as error:
        sys.exit('Patroni does not answer, so that nobody was asked to take over: {0}'.format(error))


if __name__ == '__main__':
    main(sys.argv[1])
