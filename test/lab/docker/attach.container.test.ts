/** A container of Testcontainers behind a NAT of the lab, and pairs of NATs as suites. */
import { GenericContainer, Wait } from 'testcontainers';
import { expect, inject, it } from 'vitest';
import { PORT_RESTRICTED } from '../../../lab/index.ts';
import { describeNatPairs } from '../../../lab/vitest/index.ts';
import { describeLab, labHost } from './provided.ts';

const image = inject('lab')?.image ?? '';
/** Says at once what the server sees of it, and stays. */
const LISTEN =
  "require('node:dgram').createSocket('udp4').on('message', (_, from) => console.log(from.address)).bind(9000, () => console.log('listening'))";

describeLab('with the engine of this run', () => {
  describeNatPairs(
    [PORT_RESTRICTED],
    (pair) => {
      it('a container that is somebody else’s goes out by the NAT of its client', async () => {
        expect(pair.expected.outcome).toBe('direct');
        expect([pair.a.name, pair.b.name]).toEqual(['port-restricted', 'port-restricted-2']);
        await using listener = await pair.lab.server.start(['node', '-e', LISTEN]);
        await listener.line(/listening/);
        const send = `require('node:dgram').createSocket('udp4').send('x', 9000, '${pair.lab.server.primary}', () => console.log('sent'))`;
        const mine = new GenericContainer(image)
          .withAutoCleanup(false)
          .withCommand(['node', '-e', `${send}; setInterval(() => {}, 1000)`])
          .withWaitStrategy(Wait.forLogMessage('sent'));
        await using started = await pair.a.attach(mine);
        expect(await listener.line(/^\d+\./)).toBe(pair.a.publicAddress);
        const { output } = await started.exec(['ip', 'route', 'show', 'default']);
        expect(output.trim()).toContain(`default via ${pair.a.client(0).address.replace(/2$/, '254')} `);
      });

      it('a container with exposed ports is refused, with what to do instead', async () => {
        const exposed = new GenericContainer(image).withExposedPorts(80);
        await expect(pair.a.attach(exposed)).rejects.toThrow(
          'takes no exposed ports: reach it from another client, or wait for a line (Wait.forLogMessage)',
        );
      });
    },
    { engine: { host: inject('lab') ? labHost() : '' }, image },
  );
});
