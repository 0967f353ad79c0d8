/** The programs of the probes, in Python, which starts in a tenth of the time that Node takes. Each goes on trying until it is ended. */

/** `ADDRESS PORT`: says `connected` once a connection has been accepted. */
export const CONNECTING = `
import socket, sys, time
while True:
    try:
        socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2).close()
        print('connected', flush=True)
        break
    except OSError:
        time.sleep(0.1)
`;

/** `ADDRESS`: says `listening PORT` once the address is there, and answers each connection with the SHA-256 of what it brought. */
export const RECEIVING = `
import hashlib, socket, sys, threading, time
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
while True:
    try:
        listener = socket.create_server((sys.argv[1], 0), family=family)
        break
    except OSError:
        time.sleep(0.1)
print('listening', listener.getsockname()[1], flush=True)
def receive(connection):
    with connection:
        digest = hashlib.sha256()
        try:
            while data := connection.recv(65536):
                digest.update(data)
            connection.sendall(digest.digest())
        except OSError:
            pass
while True:
    threading.Thread(target=receive, args=(listener.accept()[0],), daemon=True).start()
`;

/** `ADDRESS PORT AMOUNT`: says `arrived` or `changed` once the other side has answered with a hash. */
export const SENDING = `
import hashlib, os, socket, sys, time
def send(amount):
    digest = hashlib.sha256()
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5) as connection:
        while amount > 0:
            data = os.urandom(min(amount, 65536))
            connection.sendall(data)
            digest.update(data)
            amount -= len(data)
        connection.shutdown(socket.SHUT_WR)
        answer = b''
        while data := connection.recv(64):
            answer += data
    return answer, digest.digest()
while True:
    try:
        answer, sent = send(int(sys.argv[3]))
        if answer:
            print('arrived' if answer == sent else 'changed', flush=True)
            break
    except OSError:
        pass
    time.sleep(0.1)
`;
