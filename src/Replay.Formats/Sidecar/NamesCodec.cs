using System.Buffers;
using System.Globalization;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Native;

namespace Replay.Formats.Sidecar;

/// <summary>Payload of a block of names: those that the two tables gained since the block of names before it.</summary>
internal static class NamesCodec
{
    /// <summary>Version of the payload; readers of version 1 skip keys that they do not know.</summary>
    private const int Version = 1;

    private const string VersionKey = "version";
    private const string NamesKey = "names";
    private const string DevicesKey = "devices";

    // What a block may take, with room for the keys, and for a string's header beside its bytes.
    private const int BytesPerBlock = NativeSpec.PayloadBytesMax - 256;
    private const int StringHeaderBytes = 5;

    /// <summary>
    /// Writes names from the two indices on, as many as fit one block, and moves the indices. Returns the names that
    /// had to be cut.
    /// </summary>
    public static int Write(IBufferWriter<byte> output, EventTables tables, ref int nextName, ref int nextDevice)
    {
        int room = BytesPerBlock;
        int cut = 0;
        int names = CountThatFit(tables.Names, nextName, ref room, ref cut);
        int devices = CountThatFit(tables.Devices, nextDevice, ref room, ref cut);
        var writer = new MessagePackWriter(output);
        writer.WriteMapHeader(3);
        writer.Write(VersionKey);
        writer.Write(Version);
        WriteTable(ref writer, NamesKey, tables.Names, nextName, names);
        WriteTable(ref writer, DevicesKey, tables.Devices, nextDevice, devices);
        nextName += names;
        nextDevice += devices;
        return cut;
    }

    /// <summary>
    /// Adds the names of a payload to the tables. Names that are there already are left alone, so that the same block
    /// may be read twice. <paramref name="wasMissing"/>: the payload begins past the end of a table.
    /// </summary>
    /// <exception cref="MessagePackSerializationException">The payload is not what <see cref="Write"/>
    /// makes.</exception>
    public static void Read(ref MessagePackReader reader, EventTables tables, TextBudget budget, ref bool wasMissing)
    {
        int pairs = reader.ReadMapHeader();
        for (int i = 0; i < pairs; i++)
        {
            switch (reader.ReadString())
            {
                case NamesKey: ReadTable(ref reader, tables.Names, budget, ref wasMissing); break;
                case DevicesKey: ReadTable(ref reader, tables.Devices, budget, ref wasMissing); break;
                default: reader.Skip(); break;
            }
        }
    }

    private static int CountThatFit(NameTable table, int first, ref int room, ref int cut)
    {
        int count = 0;
        for (int i = first; i < table.Count; i++)
        {
            int bytes = Encoding.UTF8.GetByteCount(table[i]);
            if (bytes > NativeSpec.NameBytesMax)
            {
                bytes = NativeSpec.NameBytesMax;
                cut++;
            }
            room -= bytes + StringHeaderBytes;
            if (room < 0) break;
            count++;
        }
        return count;
    }

    private static void WriteTable(ref MessagePackWriter writer, string key, NameTable table, int first, int count)
    {
        writer.Write(key);
        writer.WriteArrayHeader(2);
        writer.Write(first);
        writer.WriteArrayHeader(count);
        for (int i = 0; i < count; i++)
            writer.Write(TextBudget.Fit(table[first + i], NativeSpec.NameBytesMax));
    }

    private static void ReadTable(ref MessagePackReader reader, NameTable table, TextBudget budget, ref bool wasMissing)
    {
        int parts = reader.ReadArrayHeader();
        if (parts < 2) throw new MessagePackSerializationException("names: expected an index and an array");
        int first = reader.ReadInt32();
        if (first is < 0 or > NameTable.Capacity)
        {
            throw new MessagePackSerializationException(
                string.Create(CultureInfo.InvariantCulture, $"names: expected an index of 0 to 65535, found {first}"));
        }
        while (table.Count < first)
        {
            wasMissing = true;
            AddPlaceholder(table);
        }
        int count = reader.ReadArrayHeader();
        for (int i = 0; i < count; i++)
        {
            if (first + i < table.Count || table.Count >= NameTable.Capacity)
            {
                reader.Skip();
                continue;
            }
            string? name = budget.Read(ref reader, NativeSpec.NameBytesMax);

            // Every name keeps its number, or the events after it would be misnamed: a repeated name is replaced.
            if (name is null || table.Find(name) >= 0) AddPlaceholder(table);
            else table.Intern(name);
        }
        for (int i = 2; i < parts; i++)
            reader.Skip();
    }

    // A name that says its own number. The loop ends: each mark makes another name, and the table is finite.
    private static void AddPlaceholder(NameTable table)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"?{table.Count}");
        while (table.Find(name) >= 0)
            name = "?" + name;
        table.Intern(name);
    }
}
