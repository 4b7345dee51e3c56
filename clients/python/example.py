#!/usr/bin/env python3
"""Publishes one event and reads the profile that it changed.

Needs grpcio and protobuf (Debian: python3-grpcio, python3-protobuf) and the descriptor set affinity.binpb of the proto
archive. It builds its messages from that; a program of any size would rather generate code with grpc_tools.protoc.

    example.py --descriptors affinity.binpb --ingest localhost:50051 --profiles localhost:7002 --user u-1 --item car-7
"""

import argparse
import json
import time
import uuid

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory


class Contracts:
    """The messages and services of a descriptor set."""

    def __init__(self, path):
        self._pool = descriptor_pool.DescriptorPool()
        files = descriptor_pb2.FileDescriptorSet()
        with open(path, "rb") as source:
            files.ParseFromString(source.read())
        for file in files.file:
            self._pool.Add(file)

    def method(self, channel, service_name, method_name):
        """A function that takes a request as keyword arguments in JSON form and returns the answer."""
        method = self._pool.FindServiceByName(service_name).FindMethodByName(method_name)
        request_class = self._class_of(method.input_type)
        call = channel.unary_unary(
            f"/{service_name}/{method_name}",
            request_serializer=request_class.SerializeToString,
            response_deserializer=self._class_of(method.output_type).FromString,
        )
        return lambda timeout, metadata, **fields: call(
            json_format.ParseDict(fields, request_class()), timeout=timeout, metadata=metadata
        )

    def _class_of(self, descriptor):
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(descriptor)
        return message_factory.MessageFactory(self._pool).GetPrototype(descriptor)  # protobuf before 4.22


def connect(address, ca_file):
    """A channel to one service; encrypted when there is an authority to trust."""
    if ca_file is None:
        return grpc.insecure_channel(address)
    with open(ca_file, "rb") as source:
        return grpc.secure_channel(address, grpc.ssl_channel_credentials(source.read()))


def parse_arguments():
    parser = argparse.ArgumentParser(description="Publishes one event and reads the profile that it changed.")
    parser.add_argument("--descriptors", required=True, help="path of affinity.binpb")
    parser.add_argument("--ingest", required=True, help="host:port of ingest")
    parser.add_argument("--profiles", required=True, help="host:port of the feature store")
    parser.add_argument("--user", required=True, help="who acts")
    parser.add_argument("--item", required=True, help="what is viewed")
    parser.add_argument("--colour", default="red", help="its colour")
    parser.add_argument("--api-key", help="sent as bearer token")
    parser.add_argument("--ca", help="authority (PEM) that signs the servers; turns TLS on")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    contracts = Contracts(arguments.descriptors)
    metadata = [("authorization", f"Bearer {arguments.api_key}")] if arguments.api_key else []
    event = {
        # The same id again counts nothing twice, so a repeat after a failure is safe.
        "eventId": str(uuid.uuid4()),
        "userId": arguments.user,
        "sessionId": "python-example",
        "eventType": "view",
        "itemId": arguments.item,
        "occurredAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        # Left out, the catalogue's attributes of the item would be taken.
        "attributes": {"colour": {"stringValue": arguments.colour}},
    }
    with connect(arguments.ingest, arguments.ca) as ingest, connect(arguments.profiles, arguments.ca) as profiles:
        publish = contracts.method(ingest, "affinity.events.v1.IngestService", "PublishEvents")
        published = publish(5, metadata, events=[event])
        outcome = published.outcomes[0].WhichOneof("outcome")
        if outcome not in ("accepted", "duplicate"):
            raise SystemExit(f"not published: {published.outcomes[0]}")
        read = contracts.method(profiles, "affinity.profiles.v1.ProfileService", "GetProfile")
        # With the token the answer waits until it includes the event.
        answer = read(
            5, metadata, profile={"userId": arguments.user}, options={"readToken": published.read_token}
        )
    print(json.dumps({"outcome": outcome, "profile": json_format.MessageToDict(answer.profile)}))


if __name__ == "__main__":
    main()
