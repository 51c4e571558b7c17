using System;
using System.Collections.Generic;
using System.Linq;

namespace Replay.Formats.Ctf;

/// <summary>
/// Makes plans of types. A first walk finds out which integers lengths and choices depend on, a second one writes the
/// steps: only those integers are read, all others are passed, neighbours at once.
/// </summary>
internal sealed class DecodeCompiler
{
    public const string PacketHeaderRoot = "trace.packet.header";
    public const string PacketContextRoot = "stream.packet.context";
    public const string HeaderRoot = "stream.event.header";

    /// <summary>Most types that all events together unfold to.</summary>
    private const int UnfoldedTotalMax = 1 << 22;

    /// <summary>Most registers of a stream.</summary>
    private const int RegistersMax = 1 << 11;

    private readonly CtfMetadata _metadata;
    private readonly string _file;

    // Roots by their absolute names, and in the order in which relative names look through them, innermost last.
    private readonly List<(string Name, string[] Path, FieldScope Scope)> _roots = [];
    private readonly List<FieldReference> _references = [];

    // Of integers of events; those of the packet have their own numbers.
    private readonly Dictionary<int, int> _registerOf = [];
    private int _depth;
    private int _unfolded;
    private int _total;
    private int _integers;
    private int _nextReference;
    private int _packetRegisters;
    private int _headerFirst;
    private int _headerEnd;
    private int _nextCounter;
    private List<DecodeStep> _steps = [];
    private List<DecodeChoice> _choices = [];
    private bool _mayJoin;

    public DecodeCompiler(CtfMetadata metadata, string file)
    {
        _metadata = metadata;
        _file = file;
    }

    /// <summary>Registers of all plans made so far.</summary>
    public int RegisterCount { get; private set; }

    /// <summary>Structures of the packet compiled so far, and registers of their integers.</summary>
    public int RootCount => _roots.Count;
    public int PacketRegisters => _packetRegisters;

    /// <summary>
    /// Compiles a structure of the packet or the header of events: each integer in it gets a register.
    /// </summary>
    /// <param name="root">Its absolute name, such as <c>stream.packet.context</c>.</param>
    /// <param name="type">The structure; null for none.</param>
    /// <param name="onlyClock">Clock of a field <c>timestamp</c> that names none; empty for none.</param>
    public DecodePlan CompilePacket(string root, CtfStruct? type, string onlyClock = "")
    {
        var scope = new FieldScope(null, isPacket: true);
        _integers = _packetRegisters;
        _unfolded = 0;
        _references.Clear();
        _roots.Add((root, root.Split('.'), scope));
        if (type is not null) VisitFields(type, scope);
        (int first, _packetRegisters) = (_packetRegisters, _integers);
        if (root == HeaderRoot) (_headerFirst, _headerEnd) = (first, _packetRegisters);
        Begin(first, _packetRegisters);
        if (type is not null) Emit(type, root == HeaderRoot ? onlyClock : null);
        return End();
    }

    /// <summary>The register of an integer of the packet; -1 where there is none of that name.</summary>
    public int FindRegister(string root, string name)
    {
        foreach ((string rootName, _, FieldScope scope) in _roots)
        {
            if (rootName == root && scope.Find([name]) is { Number: >= 0 } field) return field.Number;
        }
        return -1;
    }

    /// <summary>
    /// Begins a stream anew: structures compiled since there were <paramref name="roots"/> of them are forgotten.
    /// </summary>
    public void ForgetAfter(int roots, int registers)
    {
        _roots.RemoveRange(roots, _roots.Count - roots);
        _packetRegisters = registers;
    }

    /// <summary>Compiles what follows the header of an event.</summary>
    /// <param name="streamContext">Of all events of the stream.</param>
    /// <param name="kind">The event.</param>
    /// <param name="keeper">What to keep of its fields; null for nothing.</param>
    /// <param name="usesHeader">True when something depends on an integer of the header.</param>
    public (DecodePlan Contexts, DecodePlan Fields) CompileEvent(CtfStruct? streamContext, CtfEventClass kind,
        RecordLayout? keeper, out bool usesHeader)
    {
        int roots = _roots.Count;
        _integers = _packetRegisters;
        _unfolded = 0;
        _references.Clear();
        _registerOf.Clear();
        VisitRoot("stream.event.context", streamContext);
        VisitRoot("event.context", kind.Context);
        VisitRoot("event.fields", kind.Fields);
        usesHeader = false;
        int next = _packetRegisters;
        foreach (FieldReference reference in _references)
        {
            int number = reference.Field.Number;
            usesHeader |= reference.IsPacket && number >= _headerFirst && number < _headerEnd;
            if (!reference.IsPacket && _registerOf.TryAdd(number, next)) next++;
        }
        Begin(_packetRegisters, next);
        if (streamContext is not null) Emit(streamContext, null);
        if (kind.Context is not null) Emit(kind.Context, null);
        DecodePlan contexts = End();
        _steps = [];
        _choices = [];
        _mayJoin = false;
        if (kind.Fields is not null) EmitEventFields(kind.Fields, keeper);
        DecodePlan fields = End();
        _roots.RemoveRange(roots, _roots.Count - roots);
        return (contexts, fields);
    }

    private void Begin(int firstInteger, int firstCounter)
    {
        _steps = [];
        _choices = [];
        _mayJoin = false;
        _integers = firstInteger;
        _nextReference = 0;
        _nextCounter = firstCounter;
    }

    private DecodePlan End()
    {
        RegisterCount = Math.Max(RegisterCount, _nextCounter);
        if (RegisterCount > RegistersMax)
            throw Error(0, $"at most {RegistersMax} integers that others depend on", "more");
        return _steps.Count == 0 ? DecodePlan.Empty : new DecodePlan([.. _steps], [.. _choices]);
    }

    // The first walk.

    private void VisitRoot(string root, CtfStruct? type)
    {
        var scope = new FieldScope(null, isPacket: false);
        _roots.Add((root, root.Split('.'), scope));
        if (type is not null) VisitFields(type, scope);
    }

    private void VisitFields(CtfStruct type, FieldScope scope)
    {
        foreach (CtfField field in type.Fields) scope.Add(Visit(field.Name, field.Type, scope));
    }

    private ScopeField Visit(string name, CtfType type, FieldScope scope)
    {
        if (++_unfolded > CtfSpec.UnfoldedMax || ++_total > UnfoldedTotalMax)
        {
            throw Error(type.Line, $"at most {CtfSpec.UnfoldedMax} types in an event, {UnfoldedTotalMax} in all",
                "more");
        }
        if (++_depth > CtfSpec.DepthMax * 4) throw Error(type.Line, "types less deep inside each other", "more");
        int number = -1;
        FieldScope? inner = null;
        switch (type)
        {
            case CtfInteger or CtfEnum: number = _integers++; break;
            case CtfStruct structure:
                inner = new FieldScope(scope, scope.IsPacket);
                VisitFields(structure, inner);
                break;
            case CtfArray array: VisitElement(array.Element, scope); break;
            case CtfSequence sequence:
                Refer(sequence.Length, scope, sequence.Line, isTag: false);
                VisitElement(sequence.Element, scope);
                break;
            case CtfVariant variant:
                Refer(variant.Tag, scope, variant.Line, isTag: true);
                inner = new FieldScope(scope, scope.IsPacket);
                foreach (CtfField option in variant.Options) inner.Add(Visit(option.Name, option.Type, inner));
                break;
        }
        _depth--;
        return new ScopeField(name, type, number, inner);
    }

    // What is inside an element has no name outside of it.
    private void VisitElement(CtfType element, FieldScope scope) =>
        Visit("", element, new FieldScope(scope, scope.IsPacket));

    private void Refer(string[] path, FieldScope scope, int line, bool isTag)
    {
        string shown = string.Join('.', path);
        if (path.Length == 0) throw Error(line, "the field that chooses, in < >", "none");
        if (Resolve(path, scope) is not { } reference)
            throw Error(line, "a field that comes before", $"'{shown}'");
        if (isTag && reference.Field.Type is not CtfEnum)
            throw Error(line, "an enumeration that chooses", $"'{shown}', which is none");
        if (!isTag && IntegerOf(reference.Field.Type) is not { IsSigned: false })
            throw Error(line, "an integer without a sign as length", $"'{shown}', which is none");
        _references.Add(reference);
    }

    private FieldReference? Resolve(string[] path, FieldScope scope)
    {
        foreach ((_, string[] prefix, FieldScope root) in _roots)
        {
            if (path.Length > prefix.Length && path.AsSpan(0, prefix.Length).SequenceEqual(prefix)
                && root.Find(path.AsSpan(prefix.Length)) is { } found)
                return new FieldReference(found, root.IsPacket);
        }
        for (FieldScope? at = scope; at is not null; at = at.Outer)
        {
            if (at.Find(path) is { } found) return new FieldReference(found, at.IsPacket);
        }
        for (int i = _roots.Count - 1; i >= 0; i--)
        {
            if (_roots[i].Scope.Find(path) is { } found) return new FieldReference(found, _roots[i].Scope.IsPacket);
        }
        return null;
    }

    private static CtfInteger? IntegerOf(CtfType type) => type as CtfInteger ?? (type as CtfEnum)?.Container;

    // The second walk, in the same order.

    private void EmitEventFields(CtfStruct fields, RecordLayout? keeper)
    {
        if (keeper is null)
        {
            Emit(fields, null);
            return;
        }
        AddSkip(fields.Align, 0);
        for (int i = 0; i < fields.Fields.Count; i++)
        {
            CtfType type = fields.Fields[i].Type;
            RecordPlace place = keeper.PlaceOf(i);
            if (place.Bytes == 0) Emit(type, null);
            else EmitKept(type, place);
        }
    }

    private void EmitKept(CtfType type, RecordPlace place)
    {
        var step = new DecodeStep { Place = place.Offset, PlaceBytes = place.Bytes, Align = type.Align };
        switch (type)
        {
            case CtfInteger or CtfEnum:
                CtfInteger integer = IntegerOf(type)!;
                Add(step with
                {
                    Kind = StepKind.KeepNumber,
                    Bits = integer.Bits,
                    IsSigned = integer.IsSigned,
                    BigEndian = integer.IsBigEndian(_metadata.BigEndian),
                    Register = RegisterOf(_integers++),
                });
                break;
            case CtfString: Add(step with { Kind = StepKind.KeepText }); break;
            case CtfSequence sequence:
                Add(step with
                {
                    Kind = StepKind.KeepElements,
                    Bits = sequence.Element.FixedBits,
                    Register = NextReference(),
                });
                _integers += sequence.IntegerCount;
                break;
            default:
                Add(step with { Kind = StepKind.KeepBytes, Bits = type.FixedBits });
                _integers += type.IntegerCount;
                break;
        }
    }

    /// <param name="type">Any.</param>
    /// <param name="headerClock">
    /// Null outside of an event's header; in it the clock of a field <c>timestamp</c> that names none.
    /// </param>
    /// <param name="name">Of the field.</param>
    private void Emit(CtfType type, string? headerClock, string name = "")
    {
        if (type is CtfInteger or CtfEnum)
        {
            CtfInteger integer = IntegerOf(type)!;
            int register = RegisterOf(_integers++);
            if (register < 0)
            {
                AddSkip(integer.Align, integer.Bits);
                return;
            }
            bool isClock = headerClock is not null
                && (integer.Clock.Length > 0 || (name == "timestamp" && headerClock.Length > 0));
            AddLoad(integer, register, headerClock is not null && name == "id", isClock);
            return;
        }
        if (type.FixedBits >= 0 && !DependsOn(type.IntegerCount))
        {
            AddSkip(type.Align, type.FixedBits);
            _integers += type.IntegerCount;
            return;
        }
        switch (type)
        {
            case CtfString: Add(new DecodeStep { Kind = StepKind.Text }); break;
            case CtfStruct structure:
                AddSkip(structure.Align, 0);
                foreach (CtfField field in structure.Fields) Emit(field.Type, headerClock, field.Name);
                break;
            case CtfArray array: EmitLoop(array.Element, -1, array.Length); break;
            case CtfSequence { Element: { FixedBits: >= 0 } element } when !DependsOn(element.IntegerCount):
                Add(new DecodeStep
                {
                    Kind = StepKind.Elements,
                    Align = element.Align,
                    Bits = element.FixedBits,
                    Register = NextReference(),
                });
                _integers += element.IntegerCount;
                break;
            case CtfSequence sequence: EmitLoop(sequence.Element, NextReference(), 0); break;
            case CtfVariant variant: EmitChoice(variant, headerClock); break;
        }
    }

    /// <summary>True when something depends on one of the next integers.</summary>
    private bool DependsOn(int count)
    {
        for (int i = _integers; i < _integers + count; i++)
        {
            if (RegisterOf(i) >= 0) return true;
        }
        return false;
    }

    private int NextReference()
    {
        FieldReference reference = _references[_nextReference++];
        return RegisterOf(reference.Field.Number);
    }

    /// <summary>The register that an integer is read into; -1 for one that nothing depends on.</summary>
    private int RegisterOf(int number) =>
        number < _packetRegisters ? number : _registerOf.GetValueOrDefault(number, -1);

    private void EmitLoop(CtfType element, int register, int count)
    {
        int start = _steps.Count, counter = _nextCounter++;
        Add(new DecodeStep
        {
            Kind = StepKind.LoopStart,
            Align = element.Align,
            Register = register,
            Bits = count,
            Counter = counter,
        });
        Emit(element, null);
        Add(new DecodeStep { Kind = StepKind.LoopEnd, Counter = counter, Target = start + 1 });
        _steps[start] = _steps[start] with { Target = _steps.Count };
    }

    private void EmitChoice(CtfVariant variant, string? headerClock)
    {
        FieldReference reference = _references[_nextReference];
        var tag = (CtfEnum)reference.Field.Type;
        int choose = _steps.Count;
        Add(new DecodeStep { Kind = StepKind.Choose, Register = NextReference(), IsSigned = tag.Container.IsSigned });
        // LTTng writes an underscore before names of fields, and of values or not.
        ILookup<string, CtfRange> ranges = tag.Ranges.ToLookup(static range => range.Label.TrimStart('_'));
        List<DecodeChoice> choices = [];
        List<int> jumps = [];
        foreach (CtfField option in variant.Options)
        {
            foreach (CtfRange range in ranges[option.Name.TrimStart('_')])
                choices.Add(new DecodeChoice(range.First, range.Last, _steps.Count));
            if (choices.Count > CtfSpec.UnfoldedMax)
                throw Error(variant.Line, $"at most {CtfSpec.UnfoldedMax} choices", "more");
            _mayJoin = false;
            Emit(option.Type, headerClock, option.Name);
            jumps.Add(_steps.Count);
            Add(new DecodeStep { Kind = StepKind.Jump });
        }
        foreach (int jump in jumps) _steps[jump] = _steps[jump] with { Target = _steps.Count };
        // Choices of variants inside came first.
        _steps[choose] = _steps[choose] with { Target = _choices.Count, Count = choices.Count };
        _choices.AddRange(choices);
        _mayJoin = false;
    }

    private void AddLoad(CtfInteger integer, int register, bool isEventId, bool isClock) => Add(new DecodeStep
    {
        Kind = StepKind.Load,
        Align = integer.Align,
        Bits = integer.Bits,
        IsSigned = integer.IsSigned,
        BigEndian = integer.IsBigEndian(_metadata.BigEndian),
        Register = register,
        IsEventId = isEventId,
        IsClock = isClock,
    });

    private void Add(DecodeStep step)
    {
        if (step.Align == 0) step.Align = 1;
        _steps.Add(step);
        _mayJoin = false;
    }

    /// <summary>Neighbours become one step while the place of the next follows from that of the first.</summary>
    private void AddSkip(int align, long bits)
    {
        if (_mayJoin)
        {
            DecodeStep last = _steps[^1];
            if (align <= last.Align || last.Bits == 0)
            {
                last.Bits = CtfType.AlignUp(last.Bits, align) + bits;
                last.Align = Math.Max(last.Align, align);
                _steps[^1] = last;
                return;
            }
        }
        else if (align == 1 && bits == 0)
        {
            return;
        }
        Add(new DecodeStep { Kind = StepKind.Skip, Align = align, Bits = bits });
        _mayJoin = true;
    }

    public BadInputException Error(int line, string expected, string found) =>
        new($"{_file}: line {line}: expected {expected}, found {found}");
}
