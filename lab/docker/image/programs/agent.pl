# Plain datagrams on demand, inside a lab container; one line per message, its words apart by tabs.
# In:  bind NAME ADDRESS PORT         opens a socket; port 0 lets the system choose
#      send NAME ADDRESS PORT DATA    sends from that socket
#      end                            ends the program, as the end of the input does
# Out: bound NAME ADDRESS PORT        where the socket is
#      heard NAME ADDRESS PORT DATA   what arrives
# In Perl, which every Debian has, since that starts several times as fast as Node: a lab starts one of these for each client.
use strict;
use warnings;
use Socket qw(
  AF_INET AF_INET6 SOCK_DGRAM inet_ntop inet_pton pack_sockaddr_in pack_sockaddr_in6 sockaddr_family
  unpack_sockaddr_in unpack_sockaddr_in6
);

my (%sockets, %names);
my $input = '';
# A datagram that is refused locally is told of by the end of this program, as one that is lost is not.
while (1) {
  my $ready = '';
  vec($ready, $_, 1) = 1 for fileno(STDIN), keys %names;
  select($ready, undef, undef, undef);
  for my $number (keys %names) {
    receive($names{$number}) if vec($ready, $number, 1);
  }
  next unless vec($ready, fileno(STDIN), 1);
  sysread(STDIN, $input, 65536, length $input) or exit;
  obey(split /\t/, $1, 5) while $input =~ s/^(.*)\n//;
}

sub obey {
  my ($what, $name, $address, $port, $data) = @_;
  exit if $what eq 'end';
  return open_socket($name, $address, $port) if $what eq 'bind';
  defined send($sockets{$name}, $data, 0, packed($address, $port)) or die "$address: $!";
}

sub open_socket {
  my ($name, $address, $port) = @_;
  my $socket;
  socket($socket, $address =~ /:/ ? AF_INET6 : AF_INET, SOCK_DGRAM, 0) or die "socket: $!";
  bind($socket, packed($address, $port)) or die "$address: $!";
  ($sockets{$name}, $names{fileno $socket}) = ($socket, $name);
  tell_of('bound', $name, unpacked(getsockname $socket));
}

sub receive {
  my ($name) = @_;
  my $data;
  my $from = recv($sockets{$name}, $data, 65536, 0);
  tell_of('heard', $name, unpacked($from), $data =~ s/[^ -~]/?/gr) if defined $from;
}

sub packed {
  my ($address, $port) = @_;
  return pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) if $address =~ /:/;
  return pack_sockaddr_in($port, inet_pton(AF_INET, $address));
}

sub unpacked {
  my ($place) = @_;
  my $family = sockaddr_family($place);
  my ($port, $address) = $family == AF_INET6 ? unpack_sockaddr_in6($place) : unpack_sockaddr_in($place);
  return (inet_ntop($family, $address), $port);
}

sub tell_of {
  syswrite(STDOUT, join("\t", @_) . "\n");
}
