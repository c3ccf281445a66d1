//! What a runtime's metadata says of stored values and of extrinsics, as text of which every change can be read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use codec::Decode;
use frame_metadata::{
    v14::{PalletMetadata, RuntimeMetadataV14, StorageEntryMetadata, StorageEntryType},
    RuntimeMetadata, RuntimeMetadataPrefixed,
};
use scale_info::{
    form::PortableForm, Field, PortableRegistry, Type, TypeDef, TypeDefPrimitive, Variant,
};

/// The pallets of ours, whose storage versions are ours to raise.
pub const OURS: [&str; 5] = ["Disputes", "Jobs", "Protocol", "Providers", "Timing"];

/// A runtime's metadata.
pub struct Layout(RuntimeMetadataV14);

impl Layout {
    /// From what the runtime API answers.
    pub fn decode(mut metadata: &[u8]) -> Self {
        let metadata = RuntimeMetadataPrefixed::decode(&mut metadata).unwrap();
        match metadata.1 {
            RuntimeMetadata::V14(metadata) => Self(metadata),
            other => panic!("metadata of version {}", other.version()),
        }
    }

    /// Items and types of each pallet of ours.
    pub fn storage(&self) -> BTreeMap<&'static str, String> {
        OURS.map(|name| (name, self.storage_of(self.pallet(name))))
            .into_iter()
            .collect()
    }

    /// Types of ours in what pallets of the SDK store, such as session keys and the reasons of holds: by name, the lines of their
    /// definitions. No storage version tells of a change of theirs.
    pub fn stored_by_others(&self) -> BTreeMap<String, Vec<String>> {
        let mut types = Types::new(&self.0.types);
        let pallets = self.0.pallets.iter();
        let others = pallets.filter(|pallet| !OURS.contains(&pallet.name.as_str()));
        let stored = others.filter_map(|pallet| pallet.storage.as_ref());
        // A block's events, an item of the pallet System, go with the block.
        let lasting = |entry: &&StorageEntryMetadata<_>| entry.name != "Events";
        for entry in stored.flat_map(|all| &all.entries).filter(lasting) {
            item(entry, &mut types);
        }
        let definitions = types.into_definitions().into_iter();
        definitions.filter_map(|text| ours(&text)).collect()
    }

    fn pallet(&self, name: &str) -> &PalletMetadata<PortableForm> {
        let mut pallets = self.0.pallets.iter();
        let found = pallets.find(|pallet| pallet.name == name);
        found.unwrap_or_else(|| panic!("there is no pallet {name}"))
    }

    fn storage_of(&self, pallet: &PalletMetadata<PortableForm>) -> String {
        let mut text = String::new();
        let mut types = Types::new(&self.0.types);
        if let Some(storage) = &pallet.storage {
            writeln!(text, "prefix {}", storage.prefix).unwrap();
            for entry in &storage.entries {
                writeln!(text, "{}", item(entry, &mut types)).unwrap();
            }
        }
        text + &types.definitions()
    }

    /// What a signed extrinsic consists of: extensions, calls with index and arguments, and the types in them. A line each,
    /// or several for a type.
    pub fn extrinsics(&self) -> Vec<String> {
        let mut types = Types::new(&self.0.types);
        let mut lines = Vec::new();
        for extension in &self.0.extrinsic.signed_extensions {
            let extra = types.name(extension.ty.id);
            let implicit = types.name(extension.additional_signed.id);
            lines.push(format!(
                "extension {}: {extra}, implicit {implicit}",
                extension.identifier
            ));
        }
        for pallet in &self.0.pallets {
            let Some(calls) = &pallet.calls else { continue };
            let TypeDef::Variant(calls) = &types.get(calls.ty.id).type_def else {
                panic!("calls are an enumeration");
            };
            for call in &calls.variants {
                let place = format!("{}.{}", pallet.index, call.index);
                lines.push(format!(
                    "call {place} {}.{}",
                    pallet.name,
                    types.variant(call)
                ));
            }
        }
        lines.extend(types.into_definitions());
        lines
    }
}

/// The name and the lines of a definition, if the type is one of ours.
fn ours(definition: &str) -> Option<(String, Vec<String>)> {
    let mut lines = definition.lines().map(str::to_owned);
    let head = lines.next()?;
    let name = head.strip_prefix("type ")?.split_once(" =")?.0.to_owned();
    let ours = name.starts_with("assay_") || name.starts_with("pallet_assay_");
    ours.then(|| (name, [head].into_iter().chain(lines).collect()))
}

fn item(entry: &StorageEntryMetadata<PortableForm>, types: &mut Types) -> String {
    let modifier = format!("{:?}", entry.modifier).to_lowercase();
    match &entry.ty {
        StorageEntryType::Plain(value) => {
            format!("{}: {modifier} {}", entry.name, types.name(value.id))
        }
        StorageEntryType::Map {
            hashers,
            key,
            value,
        } => {
            let (key, value) = (types.name(key.id), types.name(value.id));
            format!(
                "{}: map {hashers:?} {key} -> {modifier} {value}",
                entry.name
            )
        }
    }
}

/// The types that have been named, and what they consist of.
struct Types<'a> {
    registry: &'a PortableRegistry,
    seen: BTreeSet<u32>,
    definitions: BTreeSet<String>,
}

impl<'a> Types<'a> {
    fn new(registry: &'a PortableRegistry) -> Self {
        Self {
            registry,
            seen: BTreeSet::new(),
            definitions: BTreeSet::new(),
        }
    }

    fn get(&self, id: u32) -> &'a Type<PortableForm> {
        self.registry.resolve(id).expect("metadata is complete")
    }

    /// The type's name; its definition is noted.
    fn name(&mut self, id: u32) -> String {
        let ty = self.get(id);
        match &ty.type_def {
            TypeDef::Sequence(of) => format!("[{}]", self.name(of.type_param.id)),
            TypeDef::Array(of) => format!("[{}; {}]", self.name(of.type_param.id), of.len),
            TypeDef::Tuple(of) => {
                let names: Vec<_> = of.fields.iter().map(|part| self.name(part.id)).collect();
                format!("({})", names.join(", "))
            }
            TypeDef::Primitive(primitive) => primitive_name(primitive),
            TypeDef::Compact(of) => format!("compact {}", self.name(of.type_param.id)),
            TypeDef::BitSequence(_) => "bits".into(),
            TypeDef::Composite(_) | TypeDef::Variant(_) => self.named(id, ty),
        }
    }

    fn named(&mut self, id: u32, ty: &'a Type<PortableForm>) -> String {
        let path = ty.path.segments.join("::");
        // The enumeration of all calls is what the listing of calls says.
        if path.ends_with("::RuntimeCall") || path.ends_with("::pallet::Call") {
            return path;
        }
        let first = self.seen.insert(id);
        let parameters: Vec<_> = ty
            .type_params
            .iter()
            .filter_map(|parameter| parameter.ty.as_ref())
            .map(|parameter| self.short(parameter.id))
            .collect();
        let name = if parameters.is_empty() {
            path
        } else {
            format!("{path}<{}>", parameters.join(", "))
        };
        if first {
            let definition = format!("type {name} ={}", self.definition(ty));
            self.definitions.insert(definition);
        }
        name
    }

    /// The name of a type parameter, which may not occur in the encoding: without noting what it consists of.
    fn short(&self, id: u32) -> String {
        let mut apart = Types::new(self.registry);
        apart.seen = (0..self.registry.types.len() as u32).collect();
        apart.name(id)
    }

    fn definition(&mut self, ty: &'a Type<PortableForm>) -> String {
        match &ty.type_def {
            TypeDef::Composite(of) if of.fields.is_empty() => " ()".into(),
            TypeDef::Composite(of) => format!(" {}", self.fields(&of.fields)),
            TypeDef::Variant(of) => {
                let variants = of
                    .variants
                    .iter()
                    .map(|variant| format!("\n  {} {}", variant.index, self.variant(variant)));
                variants.collect::<String>()
            }
            _ => unreachable!("only these have a path"),
        }
    }

    fn variant(&mut self, variant: &'a Variant<PortableForm>) -> String {
        format!("{} {}", variant.name, self.fields(&variant.fields))
            .trim_end()
            .into()
    }

    fn fields(&mut self, fields: &'a [Field<PortableForm>]) -> String {
        let fields: Vec<_> = fields
            .iter()
            .map(|field| match &field.name {
                Some(name) => format!("{name}: {}", self.name(field.ty.id)),
                None => self.name(field.ty.id),
            })
            .collect();
        match fields.is_empty() {
            true => String::new(),
            false => format!("{{ {} }}", fields.join(", ")),
        }
    }

    fn definitions(self) -> String {
        self.into_definitions()
            .into_iter()
            .map(|line| line + "\n")
            .collect()
    }

    fn into_definitions(self) -> impl IntoIterator<Item = String> {
        self.definitions
    }
}

fn primitive_name(primitive: &TypeDefPrimitive) -> String {
    format!("{primitive:?}").to_lowercase()
}
