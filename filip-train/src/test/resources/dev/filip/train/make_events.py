"""Makes events.golden: three records by TensorBoard's own writer, which EventFileTest must equal byte for byte.

Run: python make_events.py (needs pip install tensorboard)."""
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

with open("events.golden", "wb") as out:
    writer = RecordWriter(out)
    writer.write(event_pb2.Event(wall_time=1700000000.5, file_version="brain.Event:2").SerializeToString())
    start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    writer.write(event_pb2.Event(wall_time=1700000000.5, step=301, session_log=start).SerializeToString())
    summary = summary_pb2.Summary(value=[
        summary_pb2.Summary.Value(tag="loss", simple_value=2.5),
        summary_pb2.Summary.Value(tag="lr", simple_value=0.001)])
    writer.write(event_pb2.Event(wall_time=1700000001.25, step=350, summary=summary).SerializeToString())
    writer.flush()
